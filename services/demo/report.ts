import { field } from "@headwater/core";
import type { Outcome } from "./outcome.ts";
import type { Palette } from "./palette.ts";
import type { OrderStanding } from "./shop_api.ts";
import { count, type Table, type Verdict } from "@shop/judge";

/** An entry of an order's timeline, as the gateway answers it. */
export type TimelineItem = {
  readonly at: string;
  readonly service: string;
  readonly type: string;
  readonly data: unknown;
  readonly step?: string;
  readonly compensates?: string;
};

/** What became of the orders, story by story. */
export function outcomeTable(outcomes: readonly Outcome[], paint: Palette): string[] {
  const rows = outcomes.map(({ story, orders, byStatus, reasons, asTold }) => ({
    title: story.title,
    orders: String(orders),
    ended: [...byStatus].map(([status, number]) => `${number} ${status}`).join(", "),
    reasons: reasons.join(", "),
    asTold,
  }));
  const width = widest(rows.map(({ title }) => title));
  const endedWidth = widest(rows.map(({ ended }) => ended));
  const head = `  ${"story".padEnd(width)}  orders  ${"ended".padEnd(endedWidth)}  because`;
  return [
    paint.bold(head),
    ...rows.map(({ title, orders, ended, reasons, asTold }) => {
      const hue = !asTold ? paint.red : ended.includes("cancelled") ? paint.yellow : paint.green;
      const mark = asTold ? " " : paint.red("✗");
      return `${mark} ${title.padEnd(width)}  ${orders.padStart(6)}  ${
        hue(ended.padEnd(endedWidth))
      }  ${paint.dim(reasons)}`.trimEnd();
    }),
  ];
}

/** Every event of an order, with what was done and undone. */
export function timelineLines(items: readonly TimelineItem[], paint: Palette): string[] {
  const start = Date.parse(items[0]?.at ?? "");
  const serviceWidth = widest(items.map(({ service }) => service));
  const typeWidth = widest(items.map(({ type }) => type));
  return items.map((item) => {
    const offset = `${Date.parse(item.at) - start} ms`.padStart(8);
    const hue = hueOf(item, paint);
    return `${paint.dim(offset)}  ${item.service.padEnd(serviceWidth)}  ${
      hue(item.type.padEnd(typeWidth))
    }  ${remarkOn(item, paint)}`.trimEnd();
  });
}

/** How an order stands in the end, at each service that has a part of it. */
export function standingLine(
  { order: { status, currency }, payment, reservations, shipment }: OrderStanding,
): string {
  const money = (amount: number) => field.moneyText(amount, currency);
  const stands = [
    payment && `${money(payment.charged)} charged, ${money(payment.refunded)} refunded`,
    ...(reservations ?? []).map(({ sku, quantity, status }) => `${quantity} × ${sku} ${status}`),
    shipment && `shipment ${shipment.status}`,
  ].filter((each) => each !== null);
  return `It is ${[status, ...stands].join("; ")}`;
}

/** What an operator typed and saw; nothing where nobody had to. */
export function freedLines(freed: readonly string[], paint: Palette): string[] {
  if (freed.length === 0) return [];
  const lines = freed.map((line) => line.startsWith("$ ") ? paint.dim(line) : line);
  return [paint.bold("What was stuck, and was freed"), ...lines.map((line) => `  ${line}`), ""];
}

/** A line for each read model: what it holds after all that. */
export function readModelLines(tables: readonly Table[], paint: Palette): string[] {
  const width = widest(tables.map(({ view }) => view.name));
  return tables.toSorted((one, other) => one.view.name < other.view.name ? -1 : 1)
    .map(({ view, rows, sums }) => {
      const held = [count(rows.length, "row"), ...sums ? [count(sums.length, "sum")] : []];
      return `  ${view.name.padEnd(width)}  ${paint.dim(held.join(", "))}`;
    });
}

/** One line for each invariant. */
export function verdictLines(verdicts: readonly Verdict[], paint: Palette): string[] {
  const width = widest(verdicts.map(({ name }) => name));
  return verdicts.map(({ name, holds, detail }) =>
    holds
      ? `${paint.green("✓")} ${name.padEnd(width)}  ${paint.dim(detail)}`
      : `${paint.red("✗")} ${paint.bold(name.padEnd(width))}  ${paint.red(detail)}`
  );
}

function hueOf({ type, compensates }: TimelineItem, paint: Palette): (text: string) => string {
  if (compensates !== undefined || /Released|Refunded|Withdrawn|Cancel/.test(type)) {
    return paint.yellow;
  }
  if (/Refused|Rejected|Declined|Failed|Unknown/.test(type)) return paint.red;
  return /^(Step|Fulfilment)/.test(type) ? paint.dim : paint.cyan;
}

type Said = Readonly<Record<string, unknown>>;

function remarkOn({ type, data, step, compensates }: TimelineItem, paint: Palette): string {
  if (compensates !== undefined) return `${step}  ${paint.yellow(`↩ undoes ${compensates}`)}`;
  if (step !== undefined) return step;
  const { sku, quantity, amount, currency, reason, kind, step: refused }: Said = Object(data);
  const words = [
    type === "StepRefused" && refused,
    sku !== undefined && `${quantity} × ${sku}`,
    typeof amount === "number" && field.moneyText(amount, String(currency)),
    reason,
    kind,
  ];
  return words.filter((word) => typeof word === "string").join(": ");
}

function widest(texts: readonly string[]): number {
  return Math.max(0, ...texts.map(({ length }) => length));
}
