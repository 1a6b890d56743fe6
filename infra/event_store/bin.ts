#!/usr/bin/env node
import process from "node:process";

// Node 22 warns of its SQLite at every start; whoever runs this command can do nothing about it
const { emitWarning } = process;
process.emitWarning = (warning: string | Error, ...more: unknown[]) => {
  if (String(warning).includes("SQLite is an experimental feature")) return;
  Reflect.apply(emitWarning, process, [warning, ...more]);
};
const { headwaterEventStore } = await import("./cli.ts");
// What it has open ends with it: a client that does not let go must not keep it
process.exit(await headwaterEventStore(process.argv.slice(2)));
