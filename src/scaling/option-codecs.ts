import { check, whole } from '../core/options.js'

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value)

export const positive = check('a number above 0', (value): value is number => isNumber(value) && value > 0)

export const notNegative = check('a number, 0 or more', (value): value is number => isNumber(value) && value >= 0)

export const partOfOne = check('a share above 0, at most 1', (value): value is number => isNumber(value) && value > 0 && value <= 1)

export const chanceSeed = whole(0, 2 ** 32 - 1)
