import { tombstoneRevision } from "../log/stored_event.ts";
import { deletedType, type ProjectedName } from "./projected_stream.ts";

// Which events have a link in a projected stream: `projectionsOf`, in SQL. A term that an index is limited to stands in
// the conditions that use it word for word, or SQLite does not see that it can.

/** The category of a stream of metadata begins as its name does, and tells whose metadata it is. */
const isProjected = "(category not glob '$*' or category glob '$$*' and category not glob '$$$*')";
const isTombstone = "type = '$streamDeleted' and category not glob '$*'";
const truncateBefore = `$."$tb"`;
const isSoftDeletion = `
  case when type = '$metadata' and category glob '$$*' and category not glob '$$$*' and
    typeof(data) = 'text' and json_valid(data) and
    json_type(data, '${truncateBefore}') in ('integer', 'real')
  then json_extract(data, '${truncateBefore}') end >= ${tombstoneRevision}`;

const correlationIdIn = `$."$correlationId"`;
/** Whole numbers that JavaScript holds are ids as well. */
const correlationId = `
  case when typeof(metadata) = 'text' and json_valid(metadata) then
    case json_type(metadata, '${correlationIdIn}')
      when 'text' then json_extract(metadata, '${correlationIdIn}')
      when 'integer' then iif(abs(json_extract(metadata, '${correlationIdIn}')) <= ${tombstoneRevision},
        cast(cast(json_extract(metadata, '${correlationIdIn}') as integer) as text), null)
      when 'real' then iif(abs(json_extract(metadata, '${correlationIdIn}')) <= ${tombstoneRevision} and
          json_extract(metadata, '${correlationIdIn}') =
            cast(json_extract(metadata, '${correlationIdIn}') as integer),
        cast(cast(json_extract(metadata, '${correlationIdIn}') as integer) as text), null)
    end
  end`;

const indexes = {
  ofTypes: `events_linked_by_type on events (type) where type <> '$>' and ${isProjected}`,
  ofFirst: `events_linked_first on events (position) where revision = 0 and ${isProjected}`,
  ofFirstInCategory: "events_first_by_category on events (category) where revision = 0",
  ofSoftDeletions: `events_soft_deleting on events (position) where ${isSoftDeletion}`,
  ofSoftDeletionsInCategory:
    `events_soft_deleting_by_category on events (category) where ${isSoftDeletion}`,
  ofCorrelations: `events_linked_by_correlation on events (${correlationId})
    where ${correlationId} is not null and type <> '$>' and ${isProjected}`,
};

/** Of earlier releases, which linked other events: their place is free. */
export const outdatedIndexes = ["events_by_type", "events_first", "events_by_correlation"];

/** Events that are in the order of their positions by an index. The first parameter is the value. */
export type LinkedEvents = {
  readonly where: string;
  /** Those of the stream of this name are none of them; most values have no such stream. */
  readonly exceptOf?: string;
  /** There are seldom any. */
  readonly seldom?: true;
};

export type LinkSource = {
  /** What finding them needs. */
  readonly indexes: readonly string[];
  /** Together they are the events that have a link. */
  readonly events: readonly LinkedEvents[];
};

const ofType = `type = ?1 and type <> '$>' and ${isProjected}`;

/** Where the links of a projected stream come from. A stream without a dash is in no category, although the table says so. */
export function linkSource({ kind, value }: ProjectedName): LinkSource {
  switch (kind) {
    case "category":
      return {
        indexes: [indexes.ofSoftDeletionsInCategory],
        events: [
          { where: "category = ?1", exceptOf: "?1" },
          {
            where: `category = '$$' || ?1 and ${isSoftDeletion}`,
            exceptOf: "'$$' || ?1",
            seldom: true,
          },
        ],
      };
    case "type":
      return typeSource(value);
    case "streams":
      return {
        indexes: [indexes.ofFirst],
        events: [{ where: `revision = 0 and ${isProjected} and ?1 = ''` }],
      };
    case "streamsOfCategory":
      return {
        indexes: [indexes.ofFirstInCategory],
        events: [{ where: "category = ?1 and revision = 0", exceptOf: "?1" }],
      };
    case "correlation":
      return {
        indexes: [indexes.ofCorrelations],
        events: [{ where: `${correlationId} = ?1 and type <> '$>' and ${isProjected}` }],
      };
  }
}

/** What deletes a stream is not found by its own type. */
function typeSource(type: string): LinkSource {
  switch (type) {
    case deletedType:
      return {
        indexes: [indexes.ofTypes, indexes.ofSoftDeletions],
        events: [
          { where: ofType, seldom: true },
          { where: `${isTombstone} and type <> '$>' and ${isProjected} and ?1 <> ''` },
          { where: `${isSoftDeletion} and ?1 <> ''` },
        ],
      };
    case "$metadata":
      return {
        indexes: [indexes.ofTypes],
        events: [{ where: `${ofType} and (${isSoftDeletion}) is not true` }],
      };
    case "$streamDeleted":
      return {
        indexes: [indexes.ofTypes],
        events: [{ where: `${ofType} and not (${isTombstone})` }],
      };
    default:
      return { indexes: [indexes.ofTypes], events: [{ where: ofType }] };
  }
}
