// Text in the languages of the reports: tables of messages, typed so that a language cannot be forgotten.
import { UnrolledError } from '../errors.js';
import { formatNumber } from '../drawing/svg.js';

export const LANGUAGES = ['en', 'zh'] as const;
/** English; Simplified Chinese. */
export type Language = (typeof LANGUAGES)[number];

/** One text in each language. `{name}` stands for a value that is filled in; LaTeX between dollars keeps its braces. */
export type Message = Readonly<Record<Language, string>>;
/** Messages by the keys under which an experiment says them. */
export type Messages = Readonly<Record<string, Message>>;

/** What a message’s placeholders `{name}` stand for. */
export type Values = Readonly<Record<string, string | number>>;

/** A text that may be the same in all languages. */
export function inLanguage(text: string | Message, language: Language): string {
  return typeof text === 'string' ? text : text[language];
}

/** A table of messages as it is, with the names of its keys in its type. */
export function messages<const M extends Messages>(table: M): M {
  return table;
}

/** The name of a value in a text. */
export const PLACEHOLDER = /{([a-z][a-zA-Z0-9]*)}/g;

/** A message with its values; numbers as people read them. Errors: OPTION where one is not given. */
export function fill(message: Message, language: Language, values: Values = {}): string {
  return message[language]
    .split(/(\$[^$]*\$)/)
    .map((part, i) => (i % 2 === 1 ? part : part.replace(PLACEHOLDER, (_, name: string) => valueOf(name, values))))
    .join('');
}

function valueOf(name: string, values: Values): string {
  if (!(name in values)) {
    const given = Object.keys(values).join(', ') || 'none';
    throw new UnrolledError('OPTION', `expected a value for {${name}}, received ${given}`, 'give it with the message');
  }
  const value = values[name];
  return typeof value === 'number' ? formatNumber(value) : value;
}
