import type { Fulfilment } from "./contract.ts";

/** What an order wants of each SKU, in its lines' sequence. */
export function perSku(lines: Fulfilment["lines"]): Fulfilment["lines"] {
  const quantities = new Map<string, number>();
  for (const { sku, quantity } of lines) quantities.set(sku, (quantities.get(sku) ?? 0) + quantity);
  return [...quantities].map(([sku, quantity]) => ({ sku, quantity }));
}
