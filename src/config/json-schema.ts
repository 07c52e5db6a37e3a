import { type Option } from './schema.ts';
import { SECTIONS, type SectionKind } from './sections.ts';

type Json = Readonly<Record<string, unknown>>;

/** The JSON schema's expressions know no flags: every letter in both cases. */
const inAnyCase = (word: string): string =>
  word.replaceAll(/[a-z]/gi, (letter) => `[${letter.toLowerCase()}${letter.toUpperCase()}]`);

/** Words are read in any case; the list stays, because editors offer it. */
function formsOf(form: Json): readonly Json[] {
  const words: unknown = form['enum'];
  if (!Array.isArray(words)) return [form];
  return [form, { pattern: `^(${words.map((word) => inAnyCase(String(word))).join('|')})$` }];
}

function describe(option: Option<unknown>): Json {
  const { type, default: value, doc, example, since = 'supervisor 3.0' } = option;
  return {
    type: 'string',
    title: type.expects,
    description: `${doc} (since ${since})`,
    ...(typeof value === 'string' ? { default: value } : {}),
    ...(example === undefined ? {} : { examples: [example] }),
    // A name that is expanded has not its value's form yet.
    ...(type.schema === undefined ? {} : { anyOf: [...formsOf(type.schema), { pattern: String.raw`%\(` }] }),
  };
}

function describeSection({ schema, doc, isOpen }: SectionKind): Json {
  const options = Object.entries(schema);
  const required = options.filter(([, option]) => option.required !== undefined).map(([name]) => name);
  return {
    type: 'object',
    description: doc,
    properties: Object.fromEntries(options.map(([name, option]) => [name, describe(option)])),
    required,
    additionalProperties: isOpen === true,
  };
}

const patternOf = ({ prefix, isNamed, isLoose }: SectionKind): string => {
  if (isNamed) return `^${prefix}:`;
  return isLoose ? `^${prefix}` : `^${prefix}$`;
};

/** The JSON schema of a configuration as an object of sections of texts, for editors and other tools. */
export const jsonSchema = (): Json => ({
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'supervisord.conf as tsupervisor reads it',
  type: 'object',
  required: ['supervisord'],
  properties: {
    DEFAULT: {
      type: 'object',
      description: 'Options of every section.',
      additionalProperties: { type: 'string' },
    },
  },
  patternProperties: Object.fromEntries(SECTIONS.map((kind) => [patternOf(kind), describeSection(kind)])),
  additionalProperties: false,
});
