#!/usr/bin/env bash
# Deno 2.9.6: an asynchronous call on an open file takes the locks that the process has on it.
#
# POSIX drops all of a process's locks on a file when any handle of it is closed. Deno duplicates the handle for what it
# does in a thread, and closes the duplicate: after `fdatasync` of a file that SQLite has open exclusively, another process
# may write to it. The synchronous call leaves the lock alone. Linux only: locks are read from /proc/locks.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y > /dev/null
npm install --silent --no-audit --no-fund deno@2.9.6
cat > run.mjs <<'JS'
import { fdatasync, fdatasyncSync, openSync, readFileSync, statSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { promisify } from "node:util";

const database = new DatabaseSync("locked.db");
database.exec("pragma locking_mode = exclusive; pragma journal_mode = wal; create table t (a)");
const { ino } = statSync("locked.db");
const isLocked = () => readFileSync("/proc/locks", "utf8").includes(`:${ino} `);
const file = openSync("locked.db", "r+");
const before = isLocked();
fdatasyncSync(file);
const afterSync = isLocked();
await promisify(fdatasync)(file);
console.log(JSON.stringify({ before, afterSync, afterAsync: isLocked() }));
JS
deno=$(npx deno@2.9.6 run --quiet --allow-all run.mjs)
echo "deno 2.9.6: $deno"
[ "$deno" = '{"before":true,"afterSync":true,"afterAsync":false}' ] || { echo "This has changed"; exit 1; }
