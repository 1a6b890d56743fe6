import assert from "node:assert/strict";
import { filled, matched, segmentsOf } from "./path_pattern.ts";

function through(pattern: string, { path, to }: { path: string; to: string }): string | undefined {
  const values = matched(pattern, segmentsOf(`http://gateway${path}`));
  return values && filled(to, values);
}

Deno.test("parameters and what follows a star go where the other path has them", () => {
  assert.equal(through("/a/:b/c/:d", { path: "/a/1/c/2?x=/y", to: "/z/:d/:b" }), "/z/2/1");
  assert.equal(through("/a/*", { path: "/a/b/c", to: "/z/*" }), "/z/b/c");
  assert.equal(through("/a/*", { path: "/a/b/", to: "/a/*" }), "/a/b/");
  assert.equal(through("/*", { path: "/", to: "/*" }), "/");
  assert.equal(through("/a/:b/*", { path: "/a/1/2/3", to: "/*" }), "/2/3");
});

Deno.test("another path does not match", () => {
  for (
    const [pattern, path] of [
      ["/a", "/b"],
      ["/a", "/a/b"],
      ["/a/:b", "/a"],
      ["/a/:b", "/a/"],
      ["/a/:b", "/a/b/"],
      ["/a/b", "/a/B"],
      ["/a/*", "/ab"],
      ["/a/*", "/b/a"],
    ] as const
  ) assert.equal(through(pattern, { path, to: "/x" }), undefined, `${pattern} ${path}`);
});

Deno.test("what is written in several ways is one thing, and what has a meaning keeps it", () => {
  assert.equal(through("/admin/:x", { path: "/%61dmin/%7e%2d", to: "/:x" }), "/~-");
  assert.equal(
    through("/a/:x", { path: "/a/gr%c3%bc%3fn%20;v=1", to: "/:x" }),
    "/gr%C3%BC%3Fn%20;v=1",
  );
});
