import assert from "node:assert/strict";
import { progressLine } from "./progress_line.ts";

Deno.test("on a terminal a line is written over, and a line that stays takes its place", () => {
  const { screen, written } = paper(true);
  const progress = progressLine(screen);
  progress.show("1 of 2");
  progress.show("1 of 2");
  progress.show("2 of 2");
  progress.print("done");
  progress.print("really");
  progress.clear();
  assert.deepEqual(written, [
    "\r\x1b[2K1 of 2",
    "\r\x1b[2K2 of 2",
    "\r\x1b[2Kdone\n",
    "really\n",
  ]);
});

Deno.test("what goes on is taken away when it ends", () => {
  const { screen, written } = paper(true);
  const progress = progressLine(screen);
  progress.show("waiting");
  progress.clear();
  progress.clear();
  assert.deepEqual(written, ["\r\x1b[2Kwaiting", "\r\x1b[2K"]);
});

Deno.test("elsewhere a plain line comes at most once a second", () => {
  const { screen, written } = paper(false);
  let now = 0;
  const progress = progressLine(screen, () => now);
  for (let done = 0; done < 25; done++, now += 100) progress.show(`${done} of 25`);
  progress.print("done");
  progress.clear();
  assert.deepEqual(written, ["0 of 25\n", "10 of 25\n", "20 of 25\n", "done\n"]);
});

function paper(isTerminal: boolean) {
  const written: string[] = [];
  return { written, screen: { isTerminal, write: (text: string) => void written.push(text) } };
}
