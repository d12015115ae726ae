// The static pictures by their names; run by the build.
import { figure as activations, picture as drawActivations } from "./activations";
import { figure as box, picture as drawBox } from "./box";
import { figure as descent, picture as drawDescent } from "./descent";
import { file } from "./drawing/markup";
import { picture as drawEarth, LABEL as earth } from "./earth";
import { picture as drawKernel, figure as kernel } from "./kernel";
import { picture as drawLatent, LABEL as latent } from "./latent";
import { picture as drawLayers, figure as layers } from "./layers";
import type { Stored } from "./mathematics/network";
import { picture as drawPlayers, figure as players } from "./players";

/** Some figures run networks, by the names of their files. */
export function pictures(banner: string, networks: Record<string, Stored>): Record<string, string> {
  return {
    layers: file(drawLayers(), layers.label, banner),
    box: file(drawBox(), box.label, banner),
    descent: file(drawDescent(), descent.label, banner),
    kernel: file(drawKernel(), kernel.label, banner),
    activations: file(drawActivations(), activations.label, banner),
    players: file(drawPlayers(), players.label, banner),
    earth: file(drawEarth(networks.earth_flow as Stored, networks.earth_diffusion as Stored), earth, banner),
    latent: file(drawLatent(networks.tins as Stored), latent, banner),
  };
}
