// Build static/vendor from static/src: sass -> esbuild -> rtlcss, the sprite, the checksums.
// Usage: npm ci && npm run vendor. The output is committed; tests/architecture/test_static.py holds it against SHA256SUMS.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { brotliCompressSync, gzipSync } from "node:zlib";
import * as esbuild from "esbuild";
import rtlcss from "rtlcss";
import * as sass from "sass";

const here = new URL("./", import.meta.url).pathname;
const read = (path) => readFileSync(here + path, "utf8");
const write = (path, text) => writeFileSync(here + path, text.trimEnd() + "\n");
const minify = (code, loader) => esbuild.transformSync(code, { loader, minify: true, target: loader === "js" ? "es2020" : undefined, legalComments: "none" }).code;
const licence = "/*! Contains parts of govuk-frontend 6.6.0, MIT licence, (c) Crown copyright. No GDS Transport, no crown. */\n";

const css = sass.compile(here + "src/app.scss", { loadPaths: [here + "node_modules"], quietDeps: true, silenceDeprecations: ["import"] }).css;
write("vendor/app.css", licence + minify(css, "css"));
write("vendor/app-rtl.css", licence + minify(rtlcss.process(css), "css"));
write("vendor/app.js", minify(read("src/app.js"), "js"));
for (const name of ["icons.svg", "favicon.svg"]) write("vendor/" + name, read("src/" + name).replace(/<!--[\s\S]*?-->/g, "").replace(/>\s+</g, "><"));

// The sources stand in the list too: a changed source with an old output fails the test.
const files = ["vendor", "src"].flatMap((dir) => readdirSync(here + dir).sort().map((name) => `${dir}/${name}`));
const sums = files.map((path) => `${createHash("sha256").update(readFileSync(here + path)).digest("hex")}  ${path}`);
write("SHA256SUMS", sums.join("\n"));

for (const path of files.filter((name) => /vendor\/(app|icons)/.test(name))) {
  const bytes = readFileSync(here + path);
  console.log(path.padEnd(20), `${bytes.length}`.padStart(7), `gzip ${gzipSync(bytes, { level: 9 }).length}`.padStart(12), `br ${brotliCompressSync(bytes).length}`.padStart(10));
}
