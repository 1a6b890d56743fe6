export type Charge = {
  /** The provider knows a repeated charge by it and makes it once. */
  readonly paymentId: string;
  readonly currency: string;
  /** Minor units. */
  readonly amount: number;
  readonly paymentMethod: string;
};

export type ChargeAnswer =
  | { readonly outcome: "charged" }
  | { readonly outcome: "declined"; readonly reason: string };

/**
 * Takes and returns money outside of the platform. Every call may be repeated.
 *
 * Errors: `Unavailable`: nothing happened. When `signal` aborts, the call rejects, and what happened is not known.
 */
export interface PaymentProvider {
  charge(charge: Charge, signal: AbortSignal): Promise<ChargeAnswer>;
  /** What became of a charge; undefined: none was made. */
  find(paymentId: string, signal: AbortSignal): Promise<"charged" | "refunded" | undefined>;
  refund(paymentId: string, signal: AbortSignal): Promise<void>;
}
