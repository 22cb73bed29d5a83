/** One line of the table at the end. */
export interface Finding {
  readonly what: string;
  readonly measured: string;
  readonly wanted: string;
  readonly met: boolean;
}
