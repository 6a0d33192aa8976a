// Bundles src/ into the folder that the Python package serves. Names carry a hash of their content,
// so browsers may keep them for ever; manifest.json says which name is the current one.
import { createHash } from "node:crypto";
import { copyFile, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join, basename } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const target = join(here, "..", "src", "greenboard", "web", "static", "greenboard");

const result = await build({
  absWorkingDir: here,
  // The editor is a file of its own: only the page that has it loads it. So is what the page before signing in needs.
  entryPoints: { boot: "src/boot.ts", app: "src/app.ts", editor: "src/elements/editor/index.ts", document: "src/elements/document.ts", passkey: "src/elements/passkey.ts", page: "src/page.css" },
  bundle: true,
  minify: true,
  format: "iife",
  target: ["es2022", "chrome111", "firefox113", "safari16.4"],
  entryNames: "[name]-[hash]",
  outdir: target,
  legalComments: "linked",
  metafile: true,
  write: false,
  logLevel: "warning",
});

const manifest = {};
for (const [path, output] of Object.entries(result.metafile.outputs)) {
  if (!output.entryPoint) continue;
  const name = basename(path);
  manifest[name.replace(/-[0-9A-Z]{8}(?=\.)/, "")] = name;
}

await mkdir(target, { recursive: true });
for (const file of result.outputFiles) await writeFile(file.path, file.contents);

const icon = await readFile(join(here, "src", "icon.svg"));
const digest = createHash("sha256").update(icon).digest("hex").slice(0, 8).toUpperCase();
manifest["icon.svg"] = `icon-${digest}.svg`;
await writeFile(join(target, manifest["icon.svg"]), icon);

// What is printed needs letters of its own: two files of a package, which are copied as they are, with their licence.
const letters = join(here, "..", "src", "greenboard", "paper", "letters");
const dejavu = join(here, "node_modules", "dejavu-fonts-ttf");
await mkdir(letters, { recursive: true });
for (const name of ["ttf/DejaVuSansCondensed.ttf", "ttf/DejaVuSansCondensed-Bold.ttf", "LICENSE"])
  await copyFile(join(dejavu, name), join(letters, basename(name)));

// The manifest changes last and at once: a server that reads it meanwhile finds all its files.
const draft = join(target, ".manifest.json");
await writeFile(draft, JSON.stringify(manifest, null, 2) + "\n");
await rename(draft, join(target, "manifest.json"));

const kept = new Set(["manifest.json", ...Object.values(manifest), ...result.outputFiles.map((file) => basename(file.path))]);
for (const name of await readdir(target)) if (!kept.has(name)) await rm(join(target, name));

for (const [name, file] of Object.entries(manifest)) console.log(`${name} -> ${file}`);
