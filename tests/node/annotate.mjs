// Writes GitHub workflow commands with GitHub's own library: [{level, message, properties}] in.
import { readFileSync } from "node:fs";
import { error, warning } from "@actions/core";

for (const { level, message, properties } of JSON.parse(readFileSync(0, "utf8"))) {
  (level === "error" ? error : warning)(message, properties);
}
