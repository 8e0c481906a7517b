// Renders labels in ZPL: each line of the input is one, as JSON {zpl, dpmm}; each line of the output its page, a PNG in
// base64. The renderer is an independent one (zpl-renderer-js, found by NODE_PATH).
//
// The bars are asked for in ZPL's automatic mode instead of with the sets that the label chooses: this renderer takes
// the change to set C (`>5`) for a change to set B. What the label chose is looked at by `read.py`.

const { ready } = require("zpl-renderer-js");
const { readFileSync } = require("node:fs");

const chosen = /(\^BCN,\d+,N,N,N,)N\^FD>:([^>^]*)>5/g;

async function main() {
  const { api } = await ready;
  for (const line of readFileSync(0, "utf8").split("\n").filter(Boolean)) {
    const { zpl, dpmm } = JSON.parse(line);
    console.log(await api.zplToBase64Async(zpl.replace(chosen, "$1A^FD$2"), 100, 150, dpmm));
  }
  process.exit(0);
}

main();
