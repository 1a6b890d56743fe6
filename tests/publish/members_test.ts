import assert from "node:assert/strict";
import { readSource, sourceFiles } from "../architecture/source_files.ts";
import { publishedMembers } from "./members.ts";

const members = await publishedMembers();
const files = await sourceFiles();

Deno.test("every engine has a version, a licence, and a screen of words on what it is and what changed", async () => {
  assert.ok(members.length >= 10);
  for (const { name, folder } of members) {
    const { version, license, publish } = JSON.parse(await readSource(`${folder}/deno.json`));
    assert.match(version, /^\d+\.\d+\.\d+$/, name);
    assert.equal(license, "MIT", name);
    assert.ok(publish?.exclude?.includes("**/*_test.ts"), `${name} would publish its tests`);
    for (const paper of ["README.md", "CHANGELOG.md"]) {
      assert.ok(files.includes(`${folder}/${paper}`), `${name} has no ${paper}`);
    }
    const readme = await readSource(`${folder}/README.md`);
    assert.ok(readme.startsWith(`# ${name}\n`), name);
    assert.ok(readme.split("\n").length <= 60, `The README of ${name} is more than a screen`);
    const changelog = await readSource(`${folder}/CHANGELOG.md`);
    assert.match(changelog, new RegExp(`^## ${version}$`, "m"), `${name} ${version}`);
  }
});
