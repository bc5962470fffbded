import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { partsOf, plain } from './ansi';

const ESC = '\u001b';

describe('the colours of terminals', () => {
  it('gives text its colour until the reset', () => {
    expect(partsOf(`a${ESC}[31mred${ESC}[0mb`)).toEqual({
      parts: [
        { text: 'a', look: {} },
        { text: 'red', look: { colour: 1 } },
        { text: 'b', look: {} },
      ],
      end: {},
    });
  });

  it('carries a look to the next line', () => {
    const first = partsOf(`${ESC}[1;92mgood`);
    expect(first.end).toEqual({ bold: true, colour: 10 });
    expect(partsOf('still', first.end).parts).toEqual([{ text: 'still', look: first.end }]);
    expect(partsOf(`${ESC}[22;39mplain`, first.end).parts).toEqual([{ text: 'plain', look: {} }]);
  });

  it.each([
    ['38;5;9', { colour: 9 }],
    ['38;5;196', { colour: '#ff0000' }],
    ['48;5;244', { ground: '#808080' }],
    ['38;2;1;2;255', { colour: '#0102ff' }],
    ['38:2:1:2:3', { colour: '#010203' }],
    ['38;5', {}],
    ['38;5;300', {}],
    ['38;2;1;2', {}],
    ['3;4;9;7', { italic: true, underline: true, struck: true, inverse: true }],
    ['1;31;', {}],
    ['', {}],
    ['58', {}],
  ])('reads %s', (codes, look) => {
    expect(partsOf(`${ESC}[${codes}mx`).parts).toEqual([{ text: 'x', look }]);
  });

  it('leaves out what moves the cursor, sets titles or is cut off', () => {
    const steered = `${ESC}[2Ka${ESC}[?25lb${ESC}]0;title\u0007c${ESC}]8;;http://x${ESC}\\d${ESC}`;
    expect(plain(steered)).toBe('abcd');
    expect(partsOf(steered).parts.map((part) => part.text)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('keeps every letter of a text, and only those', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom(`${ESC}[31m`, `${ESC}[0m`, `${ESC}[38;5;20m`, `${ESC}[1A`, '<b>'),
    );
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const line = pieces.join('');
        expect(
          partsOf(line)
            .parts.map((part) => part.text)
            .join(''),
        ).toBe(plain(line));
      }),
    );
    expect(plain('<b>&amp;</b>')).toBe('<b>&amp;</b>');
  });
});
