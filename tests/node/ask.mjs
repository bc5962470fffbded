// Asks VS Code's JSON language service about one file, as the editor would in a workspace.
// Standard input: {workspace, file, text, offsets}; standard output: what it says at each offset.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import vscode from "vscode-json-languageservice";

const { getLanguageService, TextDocument } = vscode;

const { workspace, file, text, offsets } = JSON.parse(readFileSync(0, "utf8"));
const base = pathToFileURL(join(workspace, "/")).href;
const settings = JSON.parse(readFileSync(join(workspace, ".vscode/settings.json"), "utf8"));
const service = getLanguageService({
  schemaRequestService: async (uri) => readFileSync(new URL(uri), "utf8"),
});
service.configure({
  validate: true,
  schemas: settings["json.schemas"].map(({ fileMatch, url }) => ({
    uri: new URL(url, base).href,
    fileMatch: fileMatch.map((pattern) => base.slice(0, -1) + pattern),
  })),
});
const document = TextDocument.create(base + file, "json", 1, text);
const parsed = service.parseJSONDocument(document);
const words = (hover) =>
  hover === null ? "" : [hover.contents].flat().map((one) => one.value ?? one).join("\n");
const at = await Promise.all(
  offsets.map(async (offset) => {
    const position = document.positionAt(offset);
    const completion = await service.doComplete(document, position, parsed);
    const hover = await service.doHover(document, position, parsed);
    return { labels: completion.items.map((one) => one.label), hover: words(hover) };
  }),
);
const problems = await service.doValidation(document, parsed);
console.log(JSON.stringify({ at, problems: problems.map((one) => one.message) }));
