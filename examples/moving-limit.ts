import { BehaviorSubject, Subject } from 'rxjs'
import { scaleMap } from 'rxcrew'

const limit$ = new BehaviorSubject(1)
const jobs$ = new Subject<string>()
const ends = new Map<string, Subject<string>>()

jobs$.pipe(scaleMap(start, limit$)).subscribe((value) => console.log(value))

function start(name: string) {
  console.log(`start ${name}`)
  const end$ = new Subject<string>()
  ends.set(name, end$)
  return end$
}
const finish = (name: string) => {
  ends.get(name)?.next(`end ${name}`)
  ends.get(name)?.complete()
}

for (const name of ['a', 'b', 'c', 'd']) jobs$.next(name)
console.log('limit 3')
limit$.next(3)
console.log('limit 1')
limit$.next(1)
for (const name of ['a', 'b', 'c']) finish(name)
