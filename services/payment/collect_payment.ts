import {
  type CommandContext,
  derivedId,
  fingerprint,
  type Repository,
  time,
  Unavailable,
} from "@headwater/core";
import type { PaymentCommand } from "./contract.ts";
import { isLastAttempt, type PaymentState, type ProviderAnswer } from "./payment.ts";
import type { PaymentProvider } from "./payment_provider.ts";

export type Payments = Repository<PaymentCommand | ProviderAnswer, PaymentState>;

export type CollectionDependencies = {
  readonly payments: Payments;
  readonly provider: PaymentProvider;
  /** Milliseconds the provider has for an answer. */
  readonly providerDeadlineMs: number;
  random(): number;
};

type Requested = Extract<PaymentState, { requested: unknown }>["requested"];

/**
 * Asks the provider until the payment is charged or declined, noting every attempt in the log: after a crash at any
 * point, the same command goes on from there. The provider makes a repeated charge once.
 */
export async function collectPayment(
  dependencies: CollectionDependencies,
  { orderId, context }: { readonly orderId: string; readonly context: CommandContext },
): ReturnType<Payments["handle"]> {
  const { payments } = dependencies;
  for (;;) {
    const { state, revision, position } = await payments.load(orderId);
    if (state.status !== "pending" && state.status !== "unknown") {
      return { revision, position };
    }
    const answer = await nextAnswer(dependencies, state);
    // Named after the revision it answers: of two that ask at once, the slower one's answer changes nothing.
    const commandId = derivedId(context.commandId, revision, fingerprint(answer));
    await payments.handle(answer, { ...context, commandId, expectedRevision: undefined });
    if (answer.type === "RecordFailedAttempt") {
      await time.pause(
        time.backOffMs(state.failedAttempts + 1, { random: dependencies.random, leastMs: 0 }),
      );
    }
  }
}

/** Gives the money back, once. */
export async function refundPayment(
  { payments, provider, providerDeadlineMs }: CollectionDependencies,
  { orderId, context }: { readonly orderId: string; readonly context: CommandContext },
): ReturnType<Payments["handle"]> {
  await payments.handle({ type: "RefundPayment", data: { orderId } }, context);
  const { state } = await payments.load(orderId);
  if (state.status === "charged") {
    await provider.refund(state.requested.paymentId, AbortSignal.timeout(providerDeadlineMs));
  }
  return await payments.handle(
    { type: "RecordRefund", data: { orderId } },
    { ...context, commandId: derivedId(context.commandId, "RecordRefund") },
  );
}

async function nextAnswer(
  dependencies: CollectionDependencies,
  state: Extract<PaymentState, { requested: unknown }>,
): Promise<ProviderAnswer> {
  if (state.status === "unknown") return await outcome(dependencies, state.requested);
  const answer = await charge(dependencies, state.requested);
  // Before it is given up for good: an earlier attempt may have charged, with us crashing before its answer was noted.
  return answer.type === "RecordFailedAttempt" && isLastAttempt(state)
    ? await outcome(dependencies, state.requested)
    : answer;
}

async function charge(
  { provider, providerDeadlineMs }: CollectionDependencies,
  requested: Requested,
): Promise<ProviderAnswer> {
  const { orderId } = requested;
  const signal = AbortSignal.timeout(providerDeadlineMs);
  try {
    const answer = await provider.charge(requested, signal);
    return answer.outcome === "charged"
      ? { type: "RecordCharge", data: { orderId } }
      : { type: "RecordDecline", data: { orderId, reason: answer.reason } };
  } catch (error) {
    if (signal.aborted) return { type: "RecordUnknownOutcome", data: { orderId } };
    return failedAttempt(orderId, error);
  }
}

async function outcome(
  { provider, providerDeadlineMs }: CollectionDependencies,
  { orderId, paymentId }: Requested,
): Promise<ProviderAnswer> {
  const found = await provider.find(paymentId, AbortSignal.timeout(providerDeadlineMs));
  return found === undefined
    ? failedAttempt(orderId, new Unavailable("no charge was made before the deadline"))
    : { type: "RecordCharge", data: { orderId } };
}

function failedAttempt(orderId: string, error: unknown): ProviderAnswer {
  if (!(error instanceof Unavailable)) throw error;
  return { type: "RecordFailedAttempt", data: { orderId, reason: error.message } };
}
