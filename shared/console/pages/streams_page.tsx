import type { Recorded } from "@headwater/core";
import { consolePath } from "../components/console_path.ts";
import { Part } from "../components/part.tsx";
import type { ServiceLane } from "../components/service_name.tsx";
import { KeysetPages, Table } from "../components/table.tsx";
import { flowColumns, FlowRow } from "./flow_rows.tsx";

/** What somebody looks for among all events. */
export type EventChoice = {
  readonly category: string;
  readonly type: string;
};

/** A page of the log. */
export type StreamsView = {
  readonly choice: EventChoice;
  readonly categories: readonly string[];
  readonly types: readonly string[];
  /** The newest first. */
  readonly events: readonly Recorded[];
  /** Where the page before this one, and the one after, begin; undefined: there is none. */
  readonly newer: number | undefined;
  readonly older: number | undefined;
  readonly isNewest: boolean;
  /** How many events were looked at without being shown, because the time was over. */
  readonly lookedAt?: number | undefined;
  laneOf(stream: string): ServiceLane | undefined;
};

/** All events of all streams, or those of a category or type, page by page. */
export function StreamsPage(view: StreamsView) {
  const { choice, events, newer, older, isNewest, lookedAt, laneOf } = view;
  return (
    <>
      <FindForm word="" />
      <ChoiceForm {...view} />
      <Part title="Events" about="the newest first, in the order in which they were committed">
        <Table
          label="Events, the newest first"
          columns={flowColumns}
          empty={older === undefined
            ? "No event is like that."
            : `None of the last ${lookedAt} is like that: look further back.`}
        >
          {events.map((event) => <FlowRow event={event} lane={laneOf(event.stream)} />)}
        </Table>
        <KeysetPages
          newest={isNewest ? undefined : pageUrl(choice)}
          newer={newer === undefined ? undefined : pageUrl(choice, { after: newer })}
          older={older === undefined ? undefined : pageUrl(choice, { before: older })}
        >
          {positionsText(events)}
        </KeysetPages>
      </Part>
    </>
  );
}

/** Finds by whatever people have: a stream's name, an id, a correlation. */
export function FindForm({ word }: { readonly word: string }) {
  return (
    <form class="fields find" action={`${consolePath}/find`} role="search">
      <label class="grow">
        Find
        <input
          name="q"
          type="search"
          value={word}
          required
          placeholder="A stream, an order’s id, a correlation id"
          autocomplete="off"
          spellcheck={false}
        />
      </label>
      <button class="is-main" type="submit">Find</button>
    </form>
  );
}

function ChoiceForm({ choice, categories, types }: StreamsView) {
  return (
    <form class="fields choice" action={`${consolePath}/streams`}>
      <label>
        Category
        <select name="category">
          <option value="">All</option>
          {categories.map((each) => (
            <option value={each} selected={each === choice.category}>{each}</option>
          ))}
        </select>
      </label>
      <label>
        Event type
        <input
          name="type"
          list="types"
          value={choice.type}
          placeholder="Any"
          autocomplete="off"
          spellcheck={false}
        />
      </label>
      <datalist id="types">{types.map((each) => <option value={each}></option>)}</datalist>
      <button type="submit">Show</button>
    </form>
  );
}

function pageUrl(
  { category, type }: EventChoice,
  place: { readonly before?: number; readonly after?: number } = {},
): string {
  const query = new URLSearchParams({
    ...(category !== "" && { category }),
    ...(type !== "" && { type }),
  });
  for (const [name, value] of Object.entries(place)) query.set(name, String(value));
  return `${consolePath}/streams${query.size > 0 ? `?${query}` : ""}`;
}

function positionsText(events: readonly Recorded[]): string {
  const [first, last] = [events[0], events.at(-1)];
  if (!first || !last) return "";
  return `Positions ${last.position.toLocaleString("en")} to ${
    first.position.toLocaleString("en")
  }`;
}
