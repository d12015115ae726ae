// On every page: loads the modules of the figures that the page holds. A page without figures loads nothing.
const FIGURES = ["layers", "box", "descent", "kernel", "activations", "players", "latent", "earth"];

for (const host of document.querySelectorAll<HTMLElement>(".gdl-figure[data-figure]")) {
  const name = host.dataset.figure ?? "";
  if (FIGURES.includes(name)) {
    // Addresses are relative to this file. Where the module does not load, the picture stays.
    import(`./${name}.js`).then(({ mount }) => mount(host)).catch((error) => console.info(`Figure ${name}: ${error}`));
  }
}
