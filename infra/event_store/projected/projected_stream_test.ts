import assert from "node:assert/strict";
import { uuidText, uuidToBytes } from "../log/event_id.ts";
import { jsonMark, type StoredEvent, tombstoneRevision } from "../log/stored_event.ts";
import { softDeletionMetadata } from "../log/stream_metadata.ts";
import {
  metadataOfProjected,
  projectedLink,
  projectedName,
  projectionsOf,
} from "./projected_stream.ts";

const id = "11111111-2222-4333-8444-555555555555";

function event(
  given: Partial<StoredEvent> & { readonly stream: string },
): StoredEvent {
  return {
    position: 7,
    revision: 0,
    id: uuidToBytes(id),
    type: "Happened",
    recordedAt: Date.parse("2024-05-06T07:08:09.123Z"),
    data: "{}",
    metadata: "",
    json: jsonMark.claimed,
    ...given,
  };
}

/** What is in the projected streams: content and metadata of the link by the stream's name, without what all have. */
function linksOf(given: StoredEvent): Record<string, [data: unknown, metadata: object]> {
  return Object.fromEntries(
    projectionsOf(given).map((projected) => {
      const { data, metadata } = projectedLink(given, { ...projected, revision: 3 });
      const { $v, $c, $p, $causedBy, ...rest } = JSON.parse(String(metadata));
      assert.deepEqual([$v, $c, $p, $causedBy], ["1:-1:1:4", 7, 7, id]);
      return [projected.name, [data, rest]];
    }),
  );
}

const softDeletion = { type: "$metadata", data: softDeletionMetadata };
const correlated = { metadata: '{"$correlationId":"c"}' };
const at = { $eventTimestamp: "2024-05-06T07:08:09.123000Z" };

Deno.test("an event is linked by category, type, correlation, and as the first of its stream", () => {
  assert.deepEqual(linksOf(event({ stream: "order-1-2", ...correlated })), {
    "$ce-order": ["0@order-1-2", { $o: "order-1-2", $correlationId: "c" }],
    "$et-Happened": ["0@order-1-2", { $correlationId: "c" }],
    "$bc-c": ["0@order-1-2", { ...at, $correlationId: "c" }],
    "$streams": ["0@order-1-2", { $correlationId: "c" }],
    "$category-order": ["order-1-2", { $correlationId: "c" }],
  });
  assert.deepEqual(linksOf(event({ stream: "order-1", revision: 4 })), {
    "$ce-order": ["4@order-1", { $o: "order-1" }],
    "$et-Happened": ["4@order-1", {}],
  });
});

Deno.test("a correlation is a text or a whole number, and carried on by links to what is JSON", () => {
  function about(metadata: string, json: StoredEvent["json"] = jsonMark.claimed) {
    return linksOf(event({ stream: "a", revision: 1, metadata, json }));
  }
  const link = "1@a";
  assert.deepEqual(about('{"$correlationId":5}'), {
    "$et-Happened": [link, { $correlationId: "5" }],
    "$bc-5": [link, { ...at, $correlationId: "5" }],
  });
  assert.deepEqual(about('{"$correlationId":"5"}', jsonMark.none), {
    "$et-Happened": [link, {}],
    "$bc-5": [link, at],
  });
  assert.deepEqual(about('{"$correlationId":""}'), {
    "$et-Happened": [link, {}],
    "$bc-": [link, at],
  });
  for (const other of ["null", "true", "1.5", "1e30", "{}", "[5]"]) {
    const names = Object.keys(about(`{"$correlationId":${other}}`));
    assert.deepEqual(names, ["$et-Happened"], other);
  }
});

Deno.test("streams without a category are linked by type, those of the server not at all", () => {
  for (const stream of ["-x", "plain"]) {
    assert.deepEqual(Object.keys(linksOf(event({ stream }))), ["$et-Happened", "$streams"], stream);
  }
  for (const stream of ["$x-1", "$x", "$", "$$$x-1", "$$$$x-1"]) {
    assert.deepEqual(linksOf(event({ stream, ...correlated })), {}, stream);
  }
  for (const name of ["$ce-", "$ce-$x", "$category-", "$category-$x", "$other-x", "order-1"]) {
    assert.equal(projectedName(name), undefined, name);
  }
});

Deno.test("a deletion is linked in its stream's category and by a type of its own", () => {
  assert.deepEqual(linksOf(event({ stream: "$$x-1", revision: 2, ...softDeletion })), {
    "$ce-x": ["2@$$x-1", { $o: "x-1", $deleted: -1 }],
    "$et-$deleted": ["2@x-1", { $deleted: -1 }],
  });
  const tombstone = event({ stream: "x-1", type: "$streamDeleted", revision: tombstoneRevision });
  const link = "9223372036854775807@x-1";
  assert.deepEqual(linksOf(tombstone), {
    "$ce-x": [link, { $o: "x-1", $deleted: -1 }],
    "$et-$deleted": [link, { $deleted: -1 }],
  });
});

Deno.test("metadata that deletes nothing is linked by type, to the stream it is about", () => {
  for (const data of ['{"$tb":5}', '{"$tb":"9223372036854775807"}', "{", "[]", "null"]) {
    assert.deepEqual(linksOf(event({ stream: "$$x-1", type: "$metadata", data })), {
      "$et-$metadata": ["0@x-1", {}],
      "$streams": ["0@$$x-1", {}],
    }, data);
  }
  assert.deepEqual(
    linksOf(event({ stream: "$$x-1", type: "$streamDeleted", revision: tombstoneRevision })),
    { "$et-$streamDeleted": ["9223372036854775807@x-1", {}] },
  );
});

Deno.test("a link is copied by category, and itself the first event of its stream", () => {
  const link = { type: "$>", data: "5@order-1", json: jsonMark.none };
  assert.deepEqual(linksOf(event({ stream: "links-1", ...link })), {
    "$ce-links": ["5@order-1", { $o: "links-1" }],
    "$streams": ["0@links-1", {}],
    "$category-links": ["links-1", {}],
  });
});

Deno.test("the metadata of a projected stream lets all read it", () => {
  const [category] = projectionsOf(event({ stream: "order-1" }));
  const first = projectedLink(event({ stream: "order-1" }), { ...category!, revision: 0 });
  const { stream, revision, type, data, id } = metadataOfProjected(first);
  assert.deepEqual([stream, revision, type, data], [
    "$$$ce-order",
    0,
    "$metadata",
    '{"$acl":{"$r":"$all","$mr":"$all"}}',
  ]);
  assert.notEqual(uuidText(id), uuidText(first.id));
});
