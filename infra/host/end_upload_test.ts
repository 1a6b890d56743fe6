import { time } from "@headwater/core";
import { within } from "@headwater/testing";
import assert from "node:assert/strict";
import { endUpload, type UploadLimits } from "./end_upload.ts";

const roomy: UploadLimits = { mostBytes: 16 * 1024 * 1024, mostMs: 60_000, answerMs: 50 };

function refusing(limits: UploadLimits, answer: (request: Request) => Promise<Response>) {
  return Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    return endUpload(request, await answer(request), limits);
  });
}

function refused(status: number): () => Promise<Response> {
  return () => Promise.resolve(new Response("no", { status }));
}

/** Sends so much, unless it is cut off before, and says what came back. */
async function upload(
  port: number,
  { size, declared, pauseMs }: { size: number; declared: number | "in pieces"; pauseMs?: number },
) {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  const length = declared === "in pieces"
    ? `Transfer-Encoding: chunked\r\n\r\n${size.toString(16)}`
    : `Content-Length: ${declared}\r\n`;
  const head = `POST / HTTP/1.1\r\nHost: x\r\n${length}\r\n`;
  await connection.write(new TextEncoder().encode(head));
  let answer = "";
  const reading = (async () => {
    const bytes = new Uint8Array(4_096);
    for (;;) {
      const count = await connection.read(bytes).catch(() => null);
      if (count === null) return;
      answer += new TextDecoder().decode(bytes.subarray(0, count));
    }
  })();
  let sent = 0;
  try {
    while (sent < size) {
      // Fewer may be taken than are offered
      sent += await connection.write(new Uint8Array(Math.min(64 * 1024, size - sent)));
      if (pauseMs !== undefined) await time.pause(pauseMs);
    }
  } catch (error) {
    assert.ok(
      error instanceof Deno.errors.BrokenPipe || error instanceof Deno.errors.ConnectionReset,
    );
  }
  await within("the connection to end", reading);
  return { answer, sent };
}

const long = 500 * 1024 * 1024;

for (const status of [401, 413, 415, 429]) {
  for (const declared of [long, "in pieces"] as const) {
    Deno.test(`an upload (${declared}) that is refused with ${status} is answered, and cut off soon after`, async () => {
      await using server = refusing({ ...roomy, mostBytes: 1024 * 1024 }, refused(status));
      const { answer, sent } = await upload(server.addr.port, { size: long, declared });
      assert.match(answer, new RegExp(`^HTTP/1.1 ${status} `));
      assert.match(answer, /\r\nconnection: close\r\n/i);
      // What the sockets hold on both sides comes on top.
      assert.ok(sent < 50 * 1024 * 1024, `${sent} bytes were taken`);
    });
  }
}

Deno.test("an upload that was read in part, up to its limit, is cut off too", async () => {
  await using server = refusing({ ...roomy, mostBytes: 1024 * 1024 }, async ({ body }) => {
    const reader = body!.getReader();
    await reader.read();
    reader.releaseLock();
    return new Response("no", { status: 413 });
  });
  for (const declared of [long, "in pieces"] as const) {
    const { answer, sent } = await upload(server.addr.port, { size: long, declared });
    assert.match(answer, /^HTTP\/1.1 413 /);
    assert.ok(sent < 50 * 1024 * 1024, `${sent} bytes were taken`);
  }
});

Deno.test("who announces a long upload and sends nothing more is cut off all the same", async () => {
  await using server = refusing(roomy, refused(429));
  for (const size of [0, 64 * 1024]) {
    const { answer } = await upload(server.addr.port, { size, declared: long });
    assert.match(answer, /^HTTP\/1.1 429 /);
  }
});

Deno.test("who dawdles with the rest of a refused upload is cut off when the time is over", async () => {
  await using server = refusing({ ...roomy, mostMs: 50 }, refused(429));
  const size = 16 * 1024 * 1024;
  const { answer, sent } = await upload(server.addr.port, { size, declared: size, pauseMs: 5 });
  assert.match(answer, /^HTTP\/1.1 429 /);
  assert.ok(sent < size, `${sent} bytes were taken`);
});

Deno.test("who writes all of a refused body before reading sees the answer", async () => {
  await using server = refusing(roomy, refused(413));
  const size = 4 * 1024 * 1024;
  const { answer, sent } = await upload(server.addr.port, { size, declared: size });
  assert.match(answer, /^HTTP\/1.1 413 /);
  assert.equal(sent, size);
});

Deno.test("the connection of a request that was read, has no body or a short one lives on", async () => {
  await using server = refusing(roomy, async (request) => {
    if (request.headers.has("X-Read")) await request.text();
    return new Response("no", { status: 409 });
  });
  const url = `http://127.0.0.1:${server.addr.port}`;
  const body = "x".repeat(200_000);
  for (
    const init of [
      {},
      { method: "POST" },
      { method: "POST", body: "short" },
      { method: "POST", body, headers: { "X-Read": "yes" } },
    ]
  ) {
    const answer = await fetch(url, init);
    assert.equal(answer.headers.get("Connection"), null);
    await answer.body?.cancel();
  }
});
