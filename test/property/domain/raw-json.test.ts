import { expect } from 'chai';
import fc from 'fast-check';
import { rawAt, RawObject } from '../../../src/domain/raw-json.ts';

/** JSON as text and the raw texts of its parts, written in every way that JSON allows. */
interface Written {
  readonly text: string;
  readonly members?: readonly (readonly [key: string, value: Written])[];
  readonly elements?: readonly Written[];
}

const blank = fc.string({ unit: fc.constantFrom(' ', '\n', '\r', '\t'), maxLength: 3 });
/** Any character may be escaped; quotes, backslashes and control characters must be. */
const escaped = (text: string, escape: readonly boolean[]): string => {
  const written = [...text].map((char, i) => {
    if (!escape[i % escape.length]) return JSON.stringify(char).slice(1, -1);
    return [...Array(char.length).keys()].map((at) => `\\u${char.charCodeAt(at).toString(16).padStart(4, '0')}`).join('');
  });
  return `"${written.join('')}"`;
};
const texts = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.string({ unit: fc.constantFrom('"', '\\', '{', '}', '[', ']', ',', ':', ' ', 'a'), maxLength: 12 }),
);
const written = (text: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.tuple(text, fc.array(fc.boolean(), { minLength: 1, maxLength: 4 })).map(([chars, how]) => escaped(chars, how));
const keys = fc.oneof(texts, fc.constantFrom('__proto__', 'constructor', 'a', 'b', ''));
const scalars = fc.oneof(
  written(texts),
  fc.constantFrom('true', 'false', 'null', '-0', '1e400', '1E-7', '0.10', '9007199254740993', '18446744073709551615'),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String),
);

const { object: objects } = fc.letrec<{ value: Written; object: Written; array: Written; scalar: Written }>((tie) => ({
  scalar: scalars.map((text) => ({ text })),
  array: fc.tuple(blank, fc.array(fc.tuple(blank, tie('value'), blank), { maxLength: 4 })).map(([inside, parts]) => ({
    text: `[${parts.length === 0 ? inside : parts.map(([before, { text }, after]) => before + text + after).join(',')}]`,
    elements: parts.map(([, value]) => value),
  })),
  object: fc
    .tuple(
      blank,
      fc.array(fc.tuple(fc.tuple(blank, blank, blank, blank), keys, fc.array(fc.boolean(), { minLength: 1, maxLength: 3 }), tie('value')), {
        maxLength: 5,
      }),
    )
    .map(([inside, parts]) => ({
      text: `{${parts.length === 0 ? inside : parts.map(([[a, b, c, d], key, how, { text }]) => `${a}${escaped(key, how)}${b}:${c}${text}${d}`).join(',')}}`,
      members: parts.map(([, key, , value]) => [key, value] as const),
    })),
  value: fc.oneof({ depthSize: 'small' }, tie('scalar'), tie('object'), tie('array')),
}));

const around = fc.tuple(blank, objects, blank).map(([before, object, after]) => ({ ...object, text: before + object.text + after }));
const lastOf = (members: Written['members'], key: string): string | null => members?.findLast(([name]) => name === key)?.[1].text ?? null;

describe('raw JSON', () => {
  it('gives each member exactly as it is written, the last of repeated ones, and null for others', () => {
    fc.assert(
      fc.property(around, keys, ({ text, members = [] }, other) => {
        const object = RawObject.parse(text);
        for (const key of [...members.map(([name]) => name), other]) expect(object.raw(key)).to.equal(lastOf(members, key));
      }),
      { numRuns: 500 },
    );
  });

  it('without changes keeps what is parsed and what is written', () => {
    fc.assert(
      fc.property(around, ({ text, members = [] }) => {
        const same = RawObject.parse(text).with({});
        expect(JSON.stringify(same.value)).to.equal(JSON.stringify(JSON.parse(text)));
        for (const [key] of members) expect(same.raw(key)).to.equal(lastOf(members, key));
      }),
      { numRuns: 300 },
    );
  });

  it('replaces, adds and removes what is named, and nothing else', () => {
    const changes = fc.uniqueArray(fc.tuple(keys, fc.option(scalars)), { selector: ([key]) => key, maxLength: 4 });
    fc.assert(
      fc.property(around, changes, ({ text, members = [] }, entries) => {
        const changed = RawObject.parse(text).with(Object.fromEntries(entries));
        expect(JSON.stringify(changed.value)).to.equal(JSON.stringify(JSON.parse(changed.text)));
        const asked = new Map(entries);
        for (const [key, json] of entries) expect(changed.raw(key)).to.equal(json);
        for (const [key] of members) if (!asked.has(key)) expect(changed.raw(key)).to.equal(lastOf(members, key));
        const left = new Set([...members.map(([key]) => key), ...entries.map(([key]) => key)].filter((key) => asked.get(key) !== null));
        expect(new Set(Object.keys(changed.value))).to.deep.equal(left);
      }),
      { numRuns: 500 },
    );
  });

  it('comes to the same in two steps as in a fresh parse of the first', () => {
    const changes = fc.dictionary(keys, fc.option(scalars), { maxKeys: 3 });
    fc.assert(
      fc.property(around, changes, changes, ({ text }, first, second) => {
        const once = RawObject.parse(text).with(first);
        const twice = once.with(second);
        expect(twice.text).to.equal(RawObject.parse(once.text).with(second).text);
        expect(JSON.stringify(twice.value)).to.equal(JSON.stringify(JSON.parse(twice.text)));
      }),
      { numRuns: 300 },
    );
  });

  it('finds nested values by their path as they are written', () => {
    const check = (root: string, value: Written, path: (string | number)[]): void => {
      expect(rawAt(root, path)?.trim(), path.join('/')).to.equal(value.text.trim());
      value.elements?.forEach((element, i) => check(root, element, [...path, i]));
      expect(rawAt(root, [...path, value.elements?.length ?? 0])).to.equal(null);
      const seen = new Map(value.members);
      for (const [key, member] of seen) check(root, member, [...path, key]);
    };
    fc.assert(
      fc.property(around, (object) => check(object.text, object, [])),
      { numRuns: 300 },
    );
  });

  it('takes what JSON.parse takes and refuses the rest, whatever the text', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          around.map(({ text }) => text.slice(0, -1)),
        ),
        (text) => {
          let value: unknown = null;
          try {
            value = JSON.parse(text);
          } catch {
            expect(() => RawObject.parse(text)).to.throw(SyntaxError);
            return;
          }
          if (typeof value === 'object' && value !== null && !Array.isArray(value)) expect(RawObject.parse(text).text).to.equal(text);
          else expect(() => RawObject.parse(text)).to.throw(SyntaxError);
        },
      ),
      { numRuns: 300 },
    );
  });
});
