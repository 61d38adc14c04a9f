import { move } from 'rxcrew/threads'

export interface Image {
  readonly name: string
  readonly pixels: Uint8Array
}

export const inverted = ({ name, pixels }: Image): Image => {
  // As a bug in native code would end the thread, and as a bug in a loop would keep it.
  if (name === 'broken') process.exit(134)
  if (name === 'endless') for (;;);
  const inverse = pixels.map((value) => 255 - value)
  // Moved, not copied: `inverse` is empty here afterwards.
  return move({ name, pixels: inverse }, [inverse.buffer])
}
