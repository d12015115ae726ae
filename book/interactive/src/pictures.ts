// The static pictures by their names; run by the build.
import { figure as activations, picture as drawActivations } from "./activations";
import { figure as box, picture as drawBox } from "./box";
import { file } from "./drawing/markup";
import { picture as drawKernel, figure as kernel } from "./kernel";
import { picture as drawLayers, figure as layers } from "./layers";

export function pictures(banner: string): Record<string, string> {
  return {
    layers: file(drawLayers(), layers.label, banner),
    box: file(drawBox(), box.label, banner),
    kernel: file(drawKernel(), kernel.label, banner),
    activations: file(drawActivations(), activations.label, banner),
  };
}
