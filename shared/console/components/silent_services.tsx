/** Of whom nothing is known: a page that is short for that must not look as if all were well. */
export function SilentServices({ of }: { readonly of: readonly string[] }) {
  if (of.length === 0) return null;
  return (
    <p class="notice is-bad">
      {of.length === 1
        ? `${of[0]} does not answer: what it has is not among these.`
        : `${of.join(", ")} do not answer: what they have is not among these.`}
    </p>
  );
}
