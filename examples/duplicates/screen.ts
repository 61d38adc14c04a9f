/** The part of a stream that is drawn on. */
export interface Output {
  write(text: string): unknown
  readonly isTTY?: boolean | undefined
  readonly columns?: number | undefined
  readonly rows?: number | undefined
}

/** Draws a picture in place: each picture over the one before. */
export interface Screen {
  draw(lines: readonly string[]): void
  /** Takes the picture away and gives the cursor back; what is written next begins where the picture began. */
  clear(): void
}

const ESC = '\u001b['

export const createScreen = (output: Output): Screen => {
  let drawn = 0
  const back = (): string => (drawn === 0 ? '' : `${ESC}${drawn}A\r`)

  return {
    draw: (lines) => {
      // Higher than the terminal, it would scroll and leave its head behind at every drawing.
      const fitting = lines.slice(0, Math.max(1, (output.rows ?? 24) - 1))
      output.write(`${ESC}?25l${back()}${fitting.map((line) => `${line}${ESC}K\n`).join('')}${ESC}J`)
      drawn = fitting.length
    },
    clear: () => {
      if (drawn > 0) output.write(`${back()}${ESC}J${ESC}?25h`)
      drawn = 0
    },
  }
}
