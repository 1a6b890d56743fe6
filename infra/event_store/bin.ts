#!/usr/bin/env node
import process from "node:process";
import { headwaterEventStore } from "./cli.ts";

// What it has open ends with it: a client that does not let go must not keep it
process.exit(await headwaterEventStore(process.argv.slice(2)));
