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
  /** Nothing was charged and nothing will be, by an earlier try under the same id neither. */
  | { readonly outcome: "declined"; readonly reason: string };

/**
 * Takes and returns money outside of the platform. Every call may be repeated.
 *
 * Errors: `Unavailable`: this call did nothing; an earlier one may still. When `signal` aborts, the call rejects, and
 * what happened, or will, is not known.
 */
export interface PaymentProvider {
  charge(charge: Charge, signal: AbortSignal): Promise<ChargeAnswer>;
  /** What became of a charge; undefined: none was made yet, one that is under way may still be. */
  find(paymentId: string, signal: AbortSignal): Promise<"charged" | "refunded" | undefined>;
  /** Sees to it that nothing is charged under this id any more, unless it was already; which of the two, is definite. */
  void(paymentId: string, signal: AbortSignal): Promise<"charged" | "voided">;
  refund(paymentId: string, signal: AbortSignal): Promise<void>;
}
