import assert from "node:assert/strict";
import { tokens } from "./tokens.ts";

type Colour = readonly [red: number, green: number, blue: number];

const schemes = ["light", "dark"] as const;
const all = new Map(
  Array.from(
    tokens.matchAll(/--([a-z0-9-]+): light-dark\(#([0-9a-f]{6}), #([0-9a-f]{6})\)/g),
    ([, name = "", light = "", dark = ""]) => [name, { light: colour(light), dark: colour(dark) }],
  ),
);
const lanes = [...all.keys()].filter((name) => name.startsWith("lane-"));

function colour(hex: string): Colour {
  const [red = 0, green = 0, blue = 0] = [0, 2, 4].map((at) =>
    Number.parseInt(hex.slice(at, at + 2), 16) / 255
  );
  return [red, green, blue];
}
function of(name: string, scheme: "light" | "dark"): Colour {
  const found = all.get(name)?.[scheme];
  assert.ok(found, name);
  return found;
}

/** WCAG 2.2, relative luminance. */
function luminance(of: Colour): number {
  const [red = 0, green = 0, blue = 0] = of.map((part) =>
    part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  );
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
function contrast(one: Colour, other: Colour): number {
  const [less = 0, more = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (more + 0.05) / (less + 0.05);
}
/** Degrees, and how much of a hue it is. */
function hue([red, green, blue]: Colour): { readonly angle: number; readonly chroma: number } {
  const most = Math.max(red, green, blue);
  const chroma = most - Math.min(red, green, blue);
  const sector = most === red
    ? (green - blue) / chroma
    : most === green
    ? 2 + (blue - red) / chroma
    : 4 + (red - green) / chroma;
  return { angle: (sector * 60 + 360) % 360, chroma };
}
function apart(one: number, other: number): number {
  const angle = Math.abs(one - other);
  return Math.min(angle, 360 - angle);
}

Deno.test("a service's colour is never taken for trouble, nor for all being well", () => {
  assert.equal(lanes.length, 8);
  for (const scheme of schemes) {
    for (const lane of lanes) {
      const { angle, chroma } = hue(of(lane, scheme));
      // A grey has hardly any
      if (chroma < 0.15) continue;
      for (const standing of ["bad", "warn", "good"]) {
        const degrees = apart(angle, hue(of(standing, scheme)).angle);
        assert.ok(degrees >= 30, `${lane} is ${degrees} degrees from ${standing} (${scheme})`);
      }
    }
  }
});

Deno.test("text in every colour reaches AA on every ground, in light and dark", () => {
  const inks = [...lanes, "ink", "muted", "accent", "bad", "warn", "good"];
  for (const scheme of schemes) {
    for (const ink of inks) {
      for (const ground of ["ground", "surface", "sunk", "hover"]) {
        const ratio = contrast(of(ink, scheme), of(ground, scheme));
        assert.ok(ratio >= 4.5, `${ink} on ${ground} (${scheme}): ${ratio}`);
      }
    }
  }
});
