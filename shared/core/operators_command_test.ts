import assert from "node:assert/strict";
import { z } from "zod";
import { operatorsAct } from "./operators_act.ts";
import { operatorsCommand } from "./operators_command.ts";
import { Refusal } from "./refusal.ts";

type Shelf = { readonly jars: string[] };

const acts = [
  operatorsAct({
    name: "list",
    summary: "every jar",
    args: z.strictObject({}),
    changes: false,
    run: (_args, { jars }: Shelf) =>
      Promise.resolve({ value: jars, text: jars.join(", "), isDone: true }),
  }),
  operatorsAct({
    name: "jars open",
    summary: "open a jar",
    args: z.strictObject({
      jar: z.string(),
      note: z.string().optional(),
      withSpoon: z.string().optional(),
      wide: z.boolean().optional(),
      spoons: z.coerce.number().min(1).optional(),
    }),
    options: ["withSpoon", "wide", "spoons"],
    changes: true,
    run(
      { jar, note, withSpoon, wide, spoons },
      { jars, progress }: Shelf & { progress(line: string): void },
    ) {
      if (!jars.includes(jar)) throw new Refusal("jar-unknown", `Cannot open "${jar}"`);
      if (jar === "stuck") throw new Error("Cannot open it: it is stuck");
      progress("turning");
      return Promise.resolve({
        value: { jar, note, withSpoon, wide, spoons },
        text: "Opened",
        isDone: jar !== "slow",
      });
    },
  }),
];

async function run(line: string, isTerminal = false): Promise<{ code: number; text: string }> {
  let text = "";
  const code = await operatorsCommand(acts, line === "" ? [] : line.split(" "), {
    context: { jars: ["jam", "slow", "stuck"] },
    print: (more) => text += more,
    isTerminal,
  });
  return { code, text };
}

const usage = `Usage:
  list [--json]
      every jar
  jars open JAR [NOTE] [--with-spoon TEXT] [--wide] [--spoons TEXT] [--json]
      open a jar
`;

Deno.test("how an act is asked for is told in lines that fit a terminal", async () => {
  const options = ["one", "two", "three", "four", "five", "six"];
  const args = z.strictObject(Object.fromEntries(options.map((name) => [name, z.string()])));
  const act = operatorsAct({
    ...{ name: "mix", summary: "mixes them", args, options, changes: false },
    run: () => Promise.resolve({ value: null, text: "", isDone: true }),
  });
  let text = "";
  const print = (more: string) => text += more;
  for (const line of [["help"], ["mix", "--help"]]) {
    text = "";
    assert.equal(await operatorsCommand([act], line, { context: {}, print, isTerminal: false }), 0);
  }
  assert.equal(
    text,
    `Usage:
  mix --one TEXT --two TEXT --three TEXT --four TEXT --five TEXT --six TEXT
    [--json]
      mixes them
`,
  );
});

Deno.test("an act is run with its arguments, and its outcome shown in words or as JSON", async () => {
  assert.deepEqual(await run("list"), { code: 0, text: "jam, slow, stuck\n" });
  assert.deepEqual(await run("jars open jam"), { code: 0, text: "turning\nOpened\n" });
  const json = await run("jars open jam now --json");
  assert.deepEqual(json, { code: 0, text: '{"jar":"jam","note":"now"}\n' });
});

Deno.test("options are given by name, wherever they stand", async () => {
  for (const line of ["jam --with-spoon a=b --wide", "--wide --with-spoon=a=b jam"]) {
    const { code, text } = await run(`jars open ${line} --json`);
    assert.deepEqual([code, JSON.parse(text)], [0, { jar: "jam", withSpoon: "a=b", wide: true }]);
  }
  for (const line of ["jam --spoons 2", "--spoons=2 jam"]) {
    assert.equal((await run(`jars open ${line} --json`)).text, '{"jar":"jam","spoons":2}\n', line);
  }
  for (const line of ["jam --with-spoon", "jam --wide=no", "jam --wide --wide", "jam --narrow"]) {
    assert.equal((await run(`jars open ${line}`)).code, 2, line);
  }
});

Deno.test("progress is one line that changes on a terminal, and gone at the end", async () => {
  const { text } = await run("jars open jam", true);
  assert.equal(text, "\r\x1b[Kturning\r\x1b[KOpened\n");
});

Deno.test("what is not done, what fails and what is not known end with different codes", async () => {
  assert.equal((await run("jars open slow")).code, 1);
  assert.deepEqual(await run("jars open stuck"), {
    code: 1,
    text: "Cannot open it: it is stuck\n",
  });
  assert.deepEqual(await run("jars open salt"), { code: 2, text: 'Cannot open "salt"\n' });
});

Deno.test("what is not done is said elsewhere than what comes of it, which a script may read", async () => {
  for (const line of ["", "lists", "jars open", "jars open salt", "jars open stuck"]) {
    for (const words of [line, `${line} --json`]) {
      let printed = "";
      let complaint = "";
      await operatorsCommand(acts, words.trim().split(" "), {
        context: { jars: ["stuck"] },
        print: (more) => printed += more,
        complain: (more) => complaint += more,
        isTerminal: false,
      });
      assert.deepEqual([printed, complaint !== ""], ["", true], words);
    }
  }
});

Deno.test("what is not understood is answered with all there is", async () => {
  assert.deepEqual(await run("--help"), { code: 0, text: usage });
  assert.deepEqual(await run(""), { code: 2, text: usage });
  for (const line of ["jars", "lists"]) {
    assert.deepEqual(await run(line), { code: 2, text: `Cannot understand "${line}"\n${usage}` });
  }
});

Deno.test("of an act that is understood it is said what does not fit it, and how it is asked for", async () => {
  const lines = {
    "jars open": "JAR is missing",
    "jars open a b c": '"c": a word too many',
    "jars open a --narrow": "--narrow: no such option",
    "jars open a --wide --wide": "--wide: given more than once",
    "jars open a --with-spoon": "--with-spoon: its value is missing",
    "list --watch": "--watch: no such option",
  };
  for (const [line, problem] of Object.entries(lines)) {
    const { code, text } = await run(line);
    const [first, second, ...others] = text.split("\n");
    assert.deepEqual([code, first, second], [2, `Cannot understand "${line}"`, `  ${problem}`]);
    const act = line.startsWith("list") ? "list [" : "jars open JAR [";
    assert.deepEqual([others[0], others.length], ["Usage:", 4]);
    assert.equal(others[1]?.slice(0, 2 + act.length), `  ${act}`);
  }
});

Deno.test("of a value that is not allowed it is said what is", async () => {
  const only = [
    operatorsAct({
      name: "list",
      summary: "some",
      args: z.strictObject({ id: z.string().max(3), state: z.enum(["open", "shut"]).optional() }),
      options: ["state"],
      changes: false,
      run: () => Promise.resolve({ value: null, text: "", isDone: true }),
    }),
  ];
  let text = "";
  const code = await operatorsCommand(only, ["list", "long id", "--state", "ajar"], {
    context: {},
    print: (more) => text += more,
    isTerminal: false,
  });
  assert.equal(code, 2);
  assert.deepEqual(text.split("\n").slice(0, 4), [
    'Cannot understand "list long id --state ajar"',
    "  ID: Too big: expected string to have <=3 characters",
    '  --state: Invalid option: expected one of "open"|"shut"',
    "Usage:",
  ]);
});
