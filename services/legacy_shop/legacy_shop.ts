import { DatabaseSync } from "node:sqlite";

type Row = {
  readonly ID: number;
  readonly SKU: string;
  readonly TITLE: string;
  readonly DESCR: string | null;
  /** As it is printed on the label: "4.50". */
  readonly PRICE: string;
  readonly CCY: string;
  readonly LAST_MODIFIED: string;
};

const schema = `
  create table if not exists PRODUCTS (
    ID integer primary key autoincrement,
    SKU text not null unique,
    TITLE text not null,
    DESCR text,
    PRICE text not null,
    CCY text not null,
    LAST_MODIFIED text not null
  )`;

/** Currencies that the shop has ever sold in, by their number of decimals. */
const decimals: Readonly<Record<string, number>> = { EUR: 2, USD: 2, GBP: 2, JPY: 0 };

/**
 * The shop that was there before: its catalogue, in one file and one table, with the answers that its clients have come
 * to rely on. `pauseMs`: what the machine that it runs on takes over each of them.
 */
export function legacyShop(
  { path, pauseMs = 0 }: { readonly path: string; readonly pauseMs?: number },
): { fetch(request: Request): Promise<Response>; close(): void } {
  const db = new DatabaseSync(path);
  db.exec("pragma journal_mode = wal");
  db.exec(schema);

  async function fetch(request: Request): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    const route = `${request.method} ${pathname}`;
    const [, sku = ""] = pathname.match(/^\/api\/products\/([^/]+)/) ?? [];
    if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
    try {
      if (route === "GET /api/products") return Response.json(search(searchParams));
      if (route === "POST /api/products") return create(await request.json());
      if (/^GET \/api\/products\/[^/]+$/.test(route)) return show(decodeURIComponent(sku));
      if (/^PUT \/api\/products\/[^/]+\/price$/.test(route)) {
        return setPrice(decodeURIComponent(sku), await request.json());
      }
      if (route === "GET /admin/products") return Response.json(exportPage(searchParams));
      return failure(404, "no such page");
    } catch (error) {
      return failure(500, String(error));
    }
  }

  function show(sku: string): Response {
    const row = find(sku);
    return row ? Response.json(productOf(row)) : failure(404, `no product ${sku}`);
  }

  /** Newest first; `cursor` is the id of the last one that was seen. */
  function search(params: URLSearchParams) {
    const limit = Number(params.get("limit") ?? 50);
    const before = Number(params.get("cursor") ?? Number.MAX_SAFE_INTEGER);
    const like = `%${params.get("q") ?? ""}%`;
    const rows = db.prepare(`
      select * from PRODUCTS where ID < ? and (TITLE like ? or DESCR like ?)
      order by ID desc limit ?`).all(before, like, like, limit + 1) as Row[];
    const page = rows.slice(0, limit);
    const last = rows.length > limit ? page.at(-1) : undefined;
    return { nextCursor: last ? String(last.ID) : null, items: page.map(productOf) };
  }

  // deno-lint-ignore no-explicit-any -- it takes what it is given
  function create(body: any): Response {
    if (!body.sku || !body.name || !Number.isInteger(body.price) || !(body.currency in decimals)) {
      return failure(400, "sku, name, price and currency are needed");
    }
    if (find(body.sku)) return failure(409, `there is a product ${body.sku}`);
    db.prepare(`
      insert into PRODUCTS (SKU, TITLE, DESCR, PRICE, CCY, LAST_MODIFIED)
      values (?, ?, ?, ?, ?, ?)`).run(
      body.sku,
      body.name,
      body.description ?? null,
      priceText(body.price, body.currency),
      body.currency,
      now(),
    );
    return Response.json(productOf(find(body.sku)!), { status: 201 });
  }

  // deno-lint-ignore no-explicit-any -- as above
  function setPrice(sku: string, body: any): Response {
    const row = find(sku);
    if (!row) return failure(404, `no product ${sku}`);
    const currency = body.currency ?? row.CCY;
    if (!Number.isInteger(body.price) || !(currency in decimals)) {
      return failure(400, "price is needed");
    }
    db.prepare("update PRODUCTS set PRICE = ?, CCY = ?, LAST_MODIFIED = ? where ID = ?")
      .run(priceText(body.price, currency), currency, now(), row.ID);
    return Response.json(productOf(find(sku)!));
  }

  /** For the bookkeepers: the table as it is, a hundred rows at a time. */
  function exportPage(params: URLSearchParams) {
    const page = Number(params.get("page") ?? 1);
    const rows = db.prepare("select * from PRODUCTS order by ID limit 100 offset ?")
      .all((page - 1) * 100);
    const [{ COUNT }] = db.prepare("select count(*) as COUNT from PRODUCTS").all() as [
      { COUNT: number },
    ];
    return { PAGE: page, PAGES: Math.max(1, Math.ceil(COUNT / 100)), ROWS: rows };
  }

  function find(sku: string): Row | undefined {
    return db.prepare("select * from PRODUCTS where SKU = ?").get(sku) as Row | undefined;
  }

  return { fetch, close: () => db.close() };
}

/** As clients get it; what the shop's own pages show is in it as well. */
function productOf({ ID, SKU, TITLE, DESCR, PRICE, CCY, LAST_MODIFIED }: Row) {
  return {
    id: ID,
    price: Number(PRICE.replace(".", "")),
    priceText: PRICE,
    currency: CCY,
    sku: SKU,
    name: TITLE,
    description: DESCR ?? "",
    lastModified: LAST_MODIFIED,
  };
}

function priceText(price: number, currency: string): string {
  const count = decimals[currency]!;
  if (count === 0) return String(price);
  const digits = String(price).padStart(count + 1, "0");
  return `${digits.slice(0, -count)}.${digits.slice(-count)}`;
}

function now(): string {
  return new Date().toISOString().replace("T", " ").replace("Z", "");
}

function failure(status: number, error: string): Response {
  return Response.json({ error }, { status });
}
