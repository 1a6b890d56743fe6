import type { RowOf } from "@headwater/core";
import { feeds } from "@headwater/http";
import type { Sql } from "postgres";
import { orderTimelineView, timelineItem } from "./order_timeline_view.ts";

/** What a client follows: one order, or all orders of a customer. */
type Followed = { readonly orderId: string } | { readonly customerId: string };
/** With the customer who has placed the order; null: it was not placed before. */
type FedRow = RowOf<typeof orderTimelineView> & { readonly placedBy: string | null };

/** Events of orders as they come. */
export const orderFeeds = feeds<FedRow, Followed>({
  view: orderTimelineView,
  read: readFollowed,
  topics: ({ orderId, placedBy }) => [
    { orderId },
    ...(placedBy === null ? [] : [{ customerId: placedBy }]),
  ],
  event: ({ placedBy: _, ...row }) => ({ type: row.type, data: timelineItem(row) }),
});

/** Each row with how far the table goes as the same statement sees it; also where there is no row. */
async function readFollowed(
  sql: Sql,
  { where, after, limit }: {
    readonly where: Followed | undefined;
    readonly after: number;
    readonly limit: number;
  },
) {
  const timelines = orderTimelineView.from(sql);
  // What happened to an order before it was placed, if anything, is nothing that a customer waits for
  const placed = sql`
    select placed.customer_id from ${timelines} as placed
    where placed.order_id = order_timeline.order_id and placed.customer_id is not null
      and placed.position <= order_timeline.position limit 1`;
  const found = await sql<({ seen: number | null } & { [Name in keyof FedRow]: FedRow[Name] })[]>`
    select ends.seen, found.*
    from (select max(position)::float8 as seen from ${timelines}) as ends
    left join lateral (
      select ${orderTimelineView.select(sql)}, (${placed}) as "placedBy"
      from ${timelines}
      where order_timeline.position > ${after} ${isFollowed()}
      order by order_timeline.position
      limit ${limit}
    ) as found on true
    order by found.position`;

  function isFollowed() {
    if (where === undefined) return sql``;
    if ("orderId" in where) return sql`and order_timeline.order_id = ${where.orderId}`;
    return sql`and (${placed}) = ${where.customerId} and order_timeline.order_id in (
      select order_id from ${timelines} as placed where placed.customer_id = ${where.customerId}
    )`;
  }
  const rows = found.flatMap(({ seen: _, ...row }) => row.position === null ? [] : [row]);
  return { rows, seen: found[0]?.seen ?? undefined };
}

/** False: nothing is known of it. */
export async function isInTimelines(sql: Sql, orderId: string): Promise<boolean> {
  const found = await sql`
    select 1 from ${orderTimelineView.from(sql)} where order_id = ${orderId} limit 1`;
  return found.length > 0;
}
