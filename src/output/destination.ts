import { type OutputFormat } from './channel-plan.ts';
import { type Multiline } from './multiline.ts';
import { type LineSink, type Sink } from './sink.ts';

/** Where a stream goes, ready to be used. */
export type OpenDestination = {
  /** Opens what has to be opened before a spawn. Returns the errno name when it cannot be. */
  open(): string | undefined;
  /** Deletes and recreates a log file. Returns the errno name when it cannot. */
  clear(): string | undefined;
  /** Says that this user of the sink is gone. */
  release(): void;
} & (
  | { readonly sink: undefined; readonly format: undefined }
  /** A file takes the bytes as they come. */
  | { readonly sink: Sink; readonly format: undefined }
  /** A stream that others write to takes lines. */
  | { readonly sink: LineSink; readonly format: OutputFormat; readonly multiline?: Multiline | undefined }
);

const fine = (): undefined => undefined;

/** Nothing is kept. */
export const noDestination: OpenDestination = {
  sink: undefined,
  format: undefined,
  open: fine,
  clear: fine,
  release: fine,
};

/** A stream that is open as long as we are. */
export function streamDestination(
  sink: LineSink,
  format: OutputFormat,
  multiline?: Multiline,
): OpenDestination & { readonly sink: LineSink } {
  return { sink, format, multiline, open: fine, clear: fine, release: fine };
}
