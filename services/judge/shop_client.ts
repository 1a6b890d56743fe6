import { type Service, time } from "@headwater/core";
import { type Patience, sendPatiently } from "./send_patiently.ts";

/** A command that the shop said yes to, and what has to be found in the log because of it. */
export type Acknowledged = {
  /** Also the request's `Idempotency-Key` and correlation id. */
  readonly key: string;
  readonly stream: string;
  /** The one event that the command asks for. */
  readonly event: string;
  readonly revision: number;
  readonly position: number;
};

export type Answer = {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed JSON; problem documents too. */
  // deno-lint-ignore no-explicit-any -- whoever asks knows what a route answers
  readonly body: any;
};

export type CommandAnswer = Answer & {
  readonly key: string;
  /** From `ETag`. */
  readonly revision: number | undefined;
  /** From `X-Position`. */
  readonly position: number | undefined;
};

export type CommandOptions = {
  /** Default: a new one. */
  readonly key?: string;
  /** Goes out as `If-Match`. */
  readonly ifMatch?: number;
};

export type QueryOptions = {
  /** Goes out as `X-Min-Position`. */
  readonly after?: number;
  /** Seconds to wait for it. */
  readonly wait?: number;
};

/** What a customer fills in; what is missing is taken from an order that goes well. */
export type Placement = {
  readonly orderId?: string;
  readonly customerId?: string;
  readonly currency?: string;
  readonly lines?: readonly {
    readonly sku: string;
    readonly quantity: number;
    readonly unitPrice: number;
  }[];
  readonly shippingAddress?: Readonly<Record<string, string>>;
  readonly paymentMethod?: string;
};

export type ShopClientOptions = Patience & {
  /** Origin of the gateway, or the gateway itself. */
  readonly shop: string | Service;
};

const goodAddress = {
  name: "Ada Lovelace",
  line1: "12 Analytical Row",
  city: "London",
  postalCode: "N1 9GU",
  country: "GB",
};

/** The shop as its customers and operators see it: over HTTP, through the gateway. It remembers what was acknowledged. */
export class ShopClient {
  readonly acknowledged: Acknowledged[] = [];
  readonly #patience: Patience;
  readonly #origin: string;
  readonly #service: Service;

  constructor({ shop, ...patience }: ShopClientOptions) {
    this.#patience = patience;
    this.#origin = typeof shop === "string" ? shop : "http://shop";
    this.#service = typeof shop === "string" ? (request) => fetch(request) : shop;
  }

  place(placement: Placement = {}, options: CommandOptions = {}): Promise<CommandAnswer> {
    const body = {
      customerId: "customer-1",
      currency: "EUR",
      lines: [{ sku: "SKU1", quantity: 1, unitPrice: 1_000 }],
      shippingAddress: goodAddress,
      paymentMethod: "pm_ok",
      ...placement,
    };
    return this.#command("/api/orders", {
      body,
      event: "OrderPlaced",
      stream: (answer) => `order-${answer.orderId}`,
      ...options,
    });
  }

  cancel(
    orderId: string,
    { reason = "changed-my-mind", ...options }: CommandOptions & { readonly reason?: string } = {},
  ): Promise<CommandAnswer> {
    return this.#command(`/api/orders/${orderId}/cancel`, {
      body: { reason },
      event: "OrderCancellationStarted",
      stream: () => `order-${orderId}`,
      ...options,
    });
  }

  receive(sku: string, options: CommandOptions & { readonly quantity: number }) {
    return this.#command(`/api/inventory/items/${sku}/receive`, {
      ...options,
      body: { quantity: options.quantity },
      event: "StockReceived",
      stream: () => `stockItem-${sku}`,
    });
  }

  dispatch(shipmentId: string, options: CommandOptions = {}): Promise<CommandAnswer> {
    return this.#command(`/api/shipments/${shipmentId}/dispatch`, {
      event: "ShipmentDispatched",
      stream: () => `shipment-${shipmentId}`,
      ...options,
    });
  }

  deliver(shipmentId: string, options: CommandOptions = {}): Promise<CommandAnswer> {
    return this.#command(`/api/shipments/${shipmentId}/deliver`, {
      event: "ShipmentDelivered",
      stream: () => `shipment-${shipmentId}`,
      ...options,
    });
  }

  /** A query's answer; it fails when the shop answers anything but 200. */
  // deno-lint-ignore no-explicit-any -- whoever asks knows what a route answers
  async get(path: string, options: QueryOptions = {}): Promise<any> {
    const answer = await sendPatiently(() => this.query(path, options), this.#patience);
    if (answer.status === 200) return answer.body;
    throw new Error(`Cannot get "${path}": ${answer.status} ${JSON.stringify(answer.body)}`);
  }

  /** All items of a list, page by page. */
  // deno-lint-ignore no-explicit-any -- as above
  async all(path: string): Promise<any[]> {
    const items = [];
    let cursor: string | null = null;
    do {
      const from: string = cursor === null ? "" : `&cursor=${cursor}`;
      const page = await this.get(`${path}?limit=200${from}`);
      items.push(...page.items);
      cursor = page.nextCursor;
    } while (cursor !== null);
    return items;
  }

  /** A query, sent once. */
  query(path: string, { after, wait }: QueryOptions = {}): Promise<Answer> {
    const headers = {
      ...(after !== undefined && { "X-Min-Position": String(after) }),
      ...(wait !== undefined && { Prefer: `wait=${wait}` }),
    };
    return this.send(path, { headers });
  }

  /** Any request at all, sent once. */
  async send(
    path: string,
    { method = "GET", body, headers = {} }: {
      readonly method?: string;
      /** JSON, or a text to send as it is. */
      readonly body?: unknown;
      readonly headers?: Readonly<Record<string, string>>;
    } = {},
  ): Promise<Answer> {
    const response = await this.#service(
      new Request(`${this.#origin}${path}`, {
        method,
        headers: { ...(body !== undefined && { "Content-Type": "application/json" }), ...headers },
        ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
      }),
    );
    const text = await response.text();
    const json = /\bjson\b/.test(response.headers.get("Content-Type") ?? "");
    return {
      status: response.status,
      headers: response.headers,
      body: json && text !== "" ? JSON.parse(text) : text,
    };
  }

  async #command(
    path: string,
    { key = time.timedId(), ifMatch, body, event, stream }: CommandOptions & {
      readonly body?: unknown;
      readonly event: string;
      stream(answer: { readonly orderId?: string }): string;
    },
  ): Promise<CommandAnswer> {
    const headers = {
      "Idempotency-Key": key,
      "X-Correlation-Id": key,
      ...(ifMatch !== undefined && { "If-Match": `"${ifMatch}"` }),
    };
    const answer = await sendPatiently(
      () => this.send(path, { method: "POST", body, headers }),
      this.#patience,
    );
    const etag = /^"(\d+)"$/.exec(answer.headers.get("ETag") ?? "")?.[1];
    const at = answer.headers.get("X-Position");
    const revision = etag === undefined ? undefined : Number(etag);
    const position = at === null ? undefined : Number(at);
    if (answer.status === 202 && revision !== undefined && position !== undefined) {
      this.acknowledged.push({ key, event, stream: stream(answer.body), revision, position });
    }
    return { ...answer, key, revision, position };
  }
}
