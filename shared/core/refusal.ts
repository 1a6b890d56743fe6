/**
 * A rule of the domain says no and only the caller cares; nothing was appended.
 * `code` is kebab-case `<thing>-<why>` and stable; one that ends in `-unknown` means that the thing does not exist.
 */
export class Refusal extends Error {
  /** As it stands in logs. */
  override readonly name = "Refusal";

  /** The message is for people, and may change. */
  constructor(readonly code: string, message: string, options?: ErrorOptions) {
    super(message, options);
  }
}
