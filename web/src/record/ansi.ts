/** How a part of a line looks: colours by their number of 16, or as `#rrggbb`. */
export interface Look {
  colour?: number | string;
  ground?: number | string;
  bold?: true;
  dim?: true;
  italic?: true;
  underline?: true;
  struck?: true;
  inverse?: true;
}

export interface Part {
  text: string;
  look: Look;
}

// A sequence of a terminal: CSI with its final letter, OSC with its end, or a lone escape.
const SEQUENCE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: terminals are steered by them
  /\u001b\[([0-9;:?<=>]*)[ -/]*([@-~])|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)|\u001b[@-_]?/g;
const MANY_COLOURS = 256;

/**
 * Takes a line apart by the colours of terminals (SGR). Other sequences are left out. A look lasts
 * until it is reset, so the one at the end is where the next line begins.
 */
export function partsOf(line: string, begun: Look = {}): { parts: Part[]; end: Look } {
  const parts: Part[] = [];
  let look = begun;
  let at = 0;
  const add = (text: string) => {
    if (text !== '') parts.push({ text, look });
  };
  for (const found of line.matchAll(SEQUENCE)) {
    add(line.slice(at, found.index));
    at = found.index + found[0].length;
    if (found[2] === 'm' && /^[0-9;:]*$/.test(found[1] ?? '')) look = changed(look, found[1] ?? '');
  }
  add(line.slice(at));
  return { parts, end: look };
}

/** A line without what steers terminals. */
export function plain(line: string): string {
  return line.replaceAll(SEQUENCE, '');
}

function changed(before: Look, codes: string): Look {
  const rest = codes.split(/[;:]/).map(Number);
  let look = { ...before };
  for (let code = rest.shift(); code !== undefined; code = rest.shift()) {
    if (code === 0) look = {};
    else if (code === 1) look.bold = true;
    else if (code === 2) look.dim = true;
    else if (code === 3) look.italic = true;
    else if (code === 4) look.underline = true;
    else if (code === 7) look.inverse = true;
    else if (code === 9) look.struck = true;
    else if (code === 22) {
      delete look.bold;
      delete look.dim;
    } else if (code === 23) delete look.italic;
    else if (code === 24) delete look.underline;
    else if (code === 27) delete look.inverse;
    else if (code === 29) delete look.struck;
    else if (code >= 30 && code <= 37) look.colour = code - 30;
    else if (code >= 90 && code <= 97) look.colour = code - 90 + 8;
    else if (code === 39) delete look.colour;
    else if (code >= 40 && code <= 47) look.ground = code - 40;
    else if (code >= 100 && code <= 107) look.ground = code - 100 + 8;
    else if (code === 49) delete look.ground;
    else if (code === 38 || code === 48) {
      const colour = extended(rest);
      if (colour === undefined) return look;
      if (code === 38) look.colour = colour;
      else look.ground = colour;
    }
  }
  return look;
}

/** Reads the colour after 38 or 48: `5;n` of 256, or `2;r;g;b`. */
function extended(rest: number[]): number | string | undefined {
  const kind = rest.shift();
  if (kind === 5) {
    const number = rest.shift();
    return number === undefined || number >= MANY_COLOURS ? undefined : ofMany(number);
  }
  if (kind !== 2) return undefined;
  const levels = rest.splice(0, 3);
  const whole = levels.length === 3 && levels.every((level) => level < MANY_COLOURS);
  return whole ? hex(levels) : undefined;
}

function ofMany(number: number): number | string {
  if (number < 16) return number;
  if (number >= 232) return hex(Array(3).fill(8 + (number - 232) * 10));
  const level = (step: number) => (step === 0 ? 0 : 55 + step * 40);
  const cube = number - 16;
  return hex([Math.floor(cube / 36), Math.floor(cube / 6) % 6, cube % 6].map(level));
}

function hex(levels: readonly number[]): string {
  return `#${levels.map((level) => level.toString(16).padStart(2, '0')).join('')}`;
}
