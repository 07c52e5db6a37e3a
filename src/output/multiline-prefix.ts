import { copyLine, type PrefixOptions } from './format-prefix.ts';
import { append, flushBytes } from './format-space.ts';
import { type Region } from './line-part.ts';
import { type MessageFormat } from './multiline.ts';
import { writeMessages } from './multiline-write.ts';

const newline = 10;

/** `name | line` for each line of a message, and no other program's line between them. */
export function prefixMessages(options: PrefixOptions): MessageFormat {
  return {
    write: (messages) => {
      const { bytes, view } = messages;
      const head = options.prefix();
      return writeMessages(options, messages, (start, end) =>
        appendMessage({ bytes, view, start, end }, head, options),
      );
    },
  };
}

/** Also a message that needs more than the space holds goes on at once, however full the sink is. */
function appendMessage(message: Region, head: Uint8Array, { sink, space }: PrefixOptions): void {
  const { bytes, end } = message;
  let at = message.start;
  while (at < end) {
    if (space.used >= flushBytes) sink.write(space.take());
    append(space, head);
    const next = copyLine(message, at, space, space.used);
    space.used += next - at;
    at = next;
  }
  if (bytes[end - 1] !== newline) space.bytes[space.used++] = newline;
}
