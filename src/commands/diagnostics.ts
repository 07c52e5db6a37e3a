/** Mistakes in the configuration, as lines for the activity log. */
import { type Diagnostic } from '../config/place.ts';
import { type Loaded } from '../config/load.ts';
import { type Message } from '../daemon/messages.ts';

/** `file:line:column`, as far as it is known. */
const placeOf = ({ file, line, column }: Diagnostic): string =>
  [file, ...(line > 0 ? [line] : []), ...(column > 0 ? [column] : [])].join(':');

const sentenceOf = ({ message, suggestion }: Diagnostic): string =>
  `${message}${suggestion === undefined ? '' : ` (${suggestion})`}`;

/** Supervisor has a message for some warnings: that is enough. */
const isNews =
  (messages: Loaded['messages']) =>
  ({ supervisor }: Diagnostic): boolean =>
    !messages.some(({ text }) => text === supervisor);

/** What loading has to say, for the activity log: Supervisor's own messages, then every problem with its place. */
export function toMessages({ messages, diagnostics }: Loaded): readonly Message[] {
  const problems = diagnostics.filter(isNews(messages)).map((one): Message => {
    const level = one.severity === 'error' ? 'ERRO' : 'WARN';
    return { level, text: `${placeOf(one)}: ${sentenceOf(one)}` };
  });
  return [...messages, ...problems];
}
