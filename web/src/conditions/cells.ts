const MOMENT = /^\d{4}-\d\d-\d\d/;
const ZEROS = /^(-?\d+)(?:\.0+|(\.\d*[1-9])0+)$/;

/** Whether a text is a date, or a date and time, that can be formatted. */
export function isMoment(text: string): boolean {
  return MOMENT.test(text) && !Number.isNaN(Date.parse(text.replace(' ', 'T')));
}

/** A number without the zeros that a decimal column fills up with. */
export function plainNumber(text: string): string {
  return text.replace(ZEROS, '$1$2');
}
