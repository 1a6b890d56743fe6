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

/**
 * Asks the provider until the payment is charged or declined, noting every attempt in the log: after a crash at any
 * point, the same command goes on from there. The provider makes a repeated charge once. Nothing is given up while the
 * provider may still charge, and what it charged nevertheless is refunded.
 */
export async function collectPayment(
  dependencies: CollectionDependencies,
  { orderId, context }: { readonly orderId: string; readonly context: CommandContext },
): ReturnType<Payments["handle"]> {
  const { payments } = dependencies;
  for (;;) {
    const { state, revision, position } = await payments.recall(orderId);
    if (state.status === "charged" && state.unwanted) {
      const commandId = derivedId(context.commandId, "refund-unwanted");
      return await refundPayment(dependencies, { orderId, context: { ...context, commandId } });
    }
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
  dependencies: CollectionDependencies,
  { orderId, context }: { readonly orderId: string; readonly context: CommandContext },
): ReturnType<Payments["handle"]> {
  const { payments, provider } = dependencies;
  await endPayment(dependencies, { orderId, context });
  await payments.handle({ type: "RefundPayment", data: { orderId } }, context);
  const { state } = await payments.recall(orderId);
  if (state.status === "charged") {
    const { paymentId } = state.requested;
    await inTime(dependencies, (signal) => provider.refund(paymentId, signal));
  }
  return await payments.handle(
    { type: "RecordRefund", data: { orderId } },
    { ...context, commandId: derivedId(context.commandId, "RecordRefund") },
  );
}

/** Sees to it that a payment that is to be refunded has an outcome: nobody waits for it any more, it is charged or void. */
async function endPayment(
  dependencies: CollectionDependencies,
  { orderId, context }: { readonly orderId: string; readonly context: CommandContext },
): Promise<void> {
  const { payments, provider } = dependencies;
  const { state, revision } = await payments.load(orderId);
  if (state.status !== "pending" && state.status !== "unknown") return;
  const { paymentId } = state.requested;
  const ended = await inTime(dependencies, (signal) => provider.void(paymentId, signal));
  const answer: ProviderAnswer = ended === "charged"
    ? { type: "RecordCharge", data: { orderId } }
    : { type: "RecordDecline", data: { orderId, reason: "payment-void" } };
  const commandId = derivedId(context.commandId, revision, fingerprint(answer));
  await payments.handle(answer, { ...context, commandId });
}

async function nextAnswer(
  dependencies: CollectionDependencies,
  state: Extract<PaymentState, { requested: unknown }>,
): Promise<ProviderAnswer> {
  const { provider } = dependencies;
  const { orderId, paymentId } = state.requested;
  const charged: ProviderAnswer = { type: "RecordCharge", data: { orderId } };
  if (state.status === "unknown") {
    const found = await inTime(dependencies, (signal) => provider.find(paymentId, signal));
    if (found !== undefined) return charged;
  }
  // Not found is not never will be: the same charge again joins the one that is under way, or begins where none is.
  const answer = await charge(dependencies, state);
  if (answer.type !== "RecordFailedAttempt" || !isLastAttempt(state)) return answer;
  // Any attempt may still charge, one of before a crash too: only what is void can be given up.
  const ended = await inTime(dependencies, (signal) => provider.void(paymentId, signal));
  return ended === "charged" ? charged : { type: "RecordVoid", data: answer.data };
}

async function charge(
  { provider, providerDeadlineMs }: CollectionDependencies,
  { requested, status }: Extract<PaymentState, { requested: unknown }>,
): Promise<ProviderAnswer> {
  const { orderId } = requested;
  const signal = AbortSignal.timeout(providerDeadlineMs);
  try {
    const answer = await provider.charge(requested, signal);
    return answer.outcome === "charged"
      ? { type: "RecordCharge", data: { orderId } }
      : { type: "RecordDecline", data: { orderId, reason: answer.reason } };
  } catch (error) {
    if (!signal.aborted) return failedAttempt(orderId, error);
    return status === "unknown"
      ? failedAttempt(orderId, notInTime(error))
      : { type: "RecordUnknownOutcome", data: { orderId } };
  }
}

/** Where the provider must say what is: without its answer nothing is decided, and the command comes again. */
async function inTime<Answer>(
  { providerDeadlineMs }: CollectionDependencies,
  ask: (signal: AbortSignal) => Promise<Answer>,
): Promise<Answer> {
  const signal = AbortSignal.timeout(providerDeadlineMs);
  try {
    return await ask(signal);
  } catch (error) {
    throw signal.aborted ? notInTime(error) : error;
  }
}

function notInTime(cause: unknown): Unavailable {
  return new Unavailable("the provider did not answer in time", { cause });
}

function failedAttempt(
  orderId: string,
  error: unknown,
): ProviderAnswer & { readonly type: "RecordFailedAttempt" } {
  if (!(error instanceof Unavailable)) throw error;
  return { type: "RecordFailedAttempt", data: { orderId, reason: error.message } };
}
