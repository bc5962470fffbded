/** How many characters a title has at most; astral ones count once, as for the server. */
const MOST = 200;

export function isTooLong(title: string): boolean {
  return [...title].length > MOST;
}
