/**
 * A map by text for the states of aggregates. It is never changed: a change gives a new map that shares with the old one
 * all but the way to its key, so each costs O(log n), where copying a record costs O(n). Plain data, in the keys' order.
 *
 * A tree balanced by weight (Adams, "Efficient sets", 1993), not by hashes: whoever chooses the keys cannot slow it down.
 */
export type PersistentMap<Value> = typeof empty | {
  readonly size: number;
  readonly key: string;
  readonly value: Value;
  readonly left: PersistentMap<Value>;
  readonly right: PersistentMap<Value>;
};

type Branch<Value> = Exclude<PersistentMap<Value>, typeof empty>;

/** The map without entries. */
export const empty: { readonly size: 0 } = { size: 0 };

/** Undefined where there is no such key. */
export function get<Value>(map: PersistentMap<Value>, key: string): Value | undefined {
  let at = map;
  while (!isEmpty(at)) {
    if (key === at.key) return at.value;
    at = key < at.key ? at.left : at.right;
  }
  return undefined;
}

/** The map with this entry, in the place of one that it has under the key. */
export function set<Value>(
  map: PersistentMap<Value>,
  [key, value]: readonly [string, Value],
): PersistentMap<Value> {
  if (isEmpty(map)) return { size: 1, key, value, left: empty, right: empty };
  if (key === map.key) return map.value === value ? map : { ...map, value };
  return key < map.key
    ? balanced(map, { left: set(map.left, [key, value]) })
    : balanced(map, { right: set(map.right, [key, value]) });
}

/** The map without an entry under this key. */
export function without<Value>(map: PersistentMap<Value>, key: string): PersistentMap<Value> {
  if (isEmpty(map)) return map;
  if (key < map.key) return balanced(map, { left: without(map.left, key) });
  if (key > map.key) return balanced(map, { right: without(map.right, key) });
  if (isEmpty(map.left)) return map.right;
  if (isEmpty(map.right)) return map.left;
  const next = first(map.right);
  return balanced({ ...map, key: next.key, value: next.value }, {
    right: without(map.right, next.key),
  });
}

/** In the keys' order. */
export function* entries<Value>(map: PersistentMap<Value>): Generator<[string, Value]> {
  if (isEmpty(map)) return;
  yield* entries(map.left);
  yield [map.key, map.value];
  yield* entries(map.right);
}

function isEmpty<Value>(map: PersistentMap<Value>): map is typeof empty {
  return map.size === 0;
}

function first<Value>(map: Branch<Value>): Branch<Value> {
  let at = map;
  while (!isEmpty(at.left)) at = at.left;
  return at;
}

/** No side is more than so many times as heavy as the other; with the ratio below proven to be kept by single changes. */
const mostWeight = 3;
const ratio = 2;

/** The branch with another left or right side, turned where that side has become too heavy. */
function balanced<Value>(
  old: Branch<Value>,
  changed: { readonly left?: PersistentMap<Value>; readonly right?: PersistentMap<Value> },
): Branch<Value> {
  const { left = old.left, right = old.right } = changed;
  const few = left.size + right.size <= 1;
  if (!few && !isEmpty(right) && right.size > mostWeight * left.size) {
    const { left: inner, right: outer } = right;
    return isEmpty(inner) || inner.size < ratio * outer.size
      ? branch(right, [branch(old, [left, inner]), outer])
      : branch(inner, [branch(old, [left, inner.left]), branch(right, [inner.right, outer])]);
  }
  if (!few && !isEmpty(left) && left.size > mostWeight * right.size) {
    const { left: outer, right: inner } = left;
    return isEmpty(inner) || inner.size < ratio * outer.size
      ? branch(left, [outer, branch(old, [inner, right])])
      : branch(inner, [branch(left, [outer, inner.left]), branch(old, [inner.right, right])]);
  }
  return branch(old, [left, right]);
}

function branch<Value>(
  { key, value }: Pick<Branch<Value>, "key" | "value">,
  [left, right]: readonly [PersistentMap<Value>, PersistentMap<Value>],
): Branch<Value> {
  return { size: left.size + right.size + 1, key, value, left, right };
}
