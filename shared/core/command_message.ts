/** A command for an aggregate of another service, as it is handed over. */
export type CommandMessage = {
  readonly type: string;
  /** Its data as JSON: what is handed over is nobody else's any more, wherever the service runs. */
  readonly data: string;
  /** The command's id, or what its id follows from: sent again under it, it happens once. */
  readonly key: string;
  readonly correlationId: string;
  /** Of the event that led to it. */
  readonly causationId?: string | undefined;
  /** Who sends it. */
  readonly actor: string;
  readonly traceparent?: string | undefined;
};

/** One that is sent. */
export type SentCommand = {
  readonly message: CommandMessage;
  /** Of whoever wants it. */
  readonly signal: AbortSignal;
};

/** What a service answers to a command. */
export type CommandAnswer = CommandTaken | CommandRefused;

/** Its events are durable. */
export type CommandTaken = {
  readonly isTaken: true;
  /** Of the command's last event; undefined: there is none. */
  readonly position: number | undefined;
};

/** It was not taken; of an answer of 500 and more nobody knows. */
export type CommandRefused = {
  readonly isTaken: false;
  /** Of HTTP: says whose fault it is, and whether it is of use to send it again. */
  readonly status: number;
} & Refused;

/** What an answer says of why something was not done. */
export type Refused = {
  /** Of the problem document; `http-<status>` where it is none. */
  readonly code: string;
  /** For people: what the document says, or the beginning of whatever came instead. */
  readonly detail: string;
  readonly isProblem: boolean;
};

/**
 * Takes a command without a request. Answers, and fails, as it does for a client that sends one and that has `Unavailable`
 * and `DeadlineExceeded` for 502, 503 and 504.
 */
export type CommandReceiver = (message: CommandMessage) => Promise<CommandAnswer>;
