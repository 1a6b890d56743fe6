import type { DomainEvent, EventSchemas } from "@headwater/core";
import { z } from "zod";
import { type JsonSchema, jsonSchema, type NamedSchemas } from "./json_schema.ts";

/** The events of a category, with who writes them and who reads them. */
export type DescribedChannel = {
  readonly service: string;
  readonly events: EventSchemas;
  /** By name: services with read models or processes of it. */
  readonly readers: readonly string[];
  /** By type of event. */
  readonly examples?: Readonly<Record<string, DomainEvent>>;
};

/** A description of events, as JSON: AsyncAPI 3. */
export type AsyncApi = {
  readonly asyncapi: "3.0.0";
  readonly info: { readonly title: string; readonly version: string };
  readonly defaultContentType: "application/json";
  readonly channels: Readonly<Record<string, JsonSchema>>;
  readonly operations: Readonly<Record<string, JsonSchema>>;
  readonly components: Readonly<Record<string, JsonSchema>>;
};

/** What the log keeps beside every event. */
const metadata = z.object({
  $correlationId: z.string(),
  $causationId: z.string(),
  commandId: z.string(),
  commandHash: z.string(),
  schemaVersion: z.int().min(1),
  actor: z.string().optional(),
  traceparent: z.string().optional(),
});

/**
 * Describes events by the schemas of contracts: a channel is a category, whose streams are `<category>-<id>`; a message is
 * a type of event in its newest version, as everything ever written is read.
 */
export function asyncApi(
  { title, version, channels }: {
    readonly title: string;
    readonly version: string;
    readonly channels: readonly DescribedChannel[];
  },
): AsyncApi {
  const named: NamedSchemas = new Map();
  const described = channels.toSorted((one, other) => byName(categoryOf(one), categoryOf(other)));
  const messages = described.flatMap((channel) => messagesOf(channel, named));
  return {
    asyncapi: "3.0.0",
    info: { title, version },
    defaultContentType: "application/json",
    channels: Object.fromEntries(
      described.map((channel) => [categoryOf(channel), channelOf(channel)]),
    ),
    operations: Object.fromEntries(described.flatMap(operationsOf)),
    components: {
      messages: Object.fromEntries(messages),
      messageTraits: { Event: { headers: jsonSchema(metadata, { io: "output", named }) } },
      schemas: Object.fromEntries(named),
    },
  };
}

function channelOf({ events, service }: DescribedChannel): JsonSchema {
  return {
    address: `${events.category}-{id}`,
    title: events.category,
    description: `Streams that "${service}" writes`,
    parameters: { id: { description: "Of the entity whose events they are" } },
    messages: Object.fromEntries(
      events.types.map((type) => [
        type,
        { $ref: `#/components/messages/${events.category}.${type}` },
      ]),
    ),
    tags: [{ name: service }],
  };
}

function operationsOf({ events, service, readers }: DescribedChannel): [string, JsonSchema][] {
  const { category } = events;
  const channel = { $ref: `#/channels/${category}` };
  return [
    [`${service}.writes.${category}`, { action: "send", channel, tags: [{ name: service }] }],
    ...readers.map((reader): [string, JsonSchema] => [
      `${reader}.reads.${category}`,
      { action: "receive", channel, tags: [{ name: reader }] },
    ]),
  ];
}

function messagesOf(
  { events, examples = {} }: DescribedChannel,
  named: NamedSchemas,
): [string, JsonSchema][] {
  return events.types.map((type) => {
    const example = Object.hasOwn(examples, type) ? examples[type] : undefined;
    return [`${events.category}.${type}`, {
      name: type,
      title: type,
      contentType: "application/json",
      traits: [{ $ref: "#/components/messageTraits/Event" }],
      payload: jsonSchema(events.schemaOf(type), { io: "output", named }),
      ...(example && { examples: [{ name: type, payload: example.data }] }),
      "x-schema-version": events.versions[type] ?? 1,
    }];
  });
}

function categoryOf({ events }: DescribedChannel): string {
  return events.category;
}

function byName(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
