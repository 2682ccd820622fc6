/** The process's wall clock, put ahead or back: everything that asks `Date` sees it, libraries too. Timers go by another clock and are not moved. */

const RealDate = Date;
const realNow = Date.now.bind(Date);
let offsetMs = 0;

/** To be called before anything else is imported: what is imported may keep `Date.now` for itself. */
export function takeOverClock(): void {
  RealDate.now = () => realNow() + offsetMs;
  const Stepped = new Proxy(RealDate, {
    construct: (target, args, newTarget) =>
      Reflect.construct(target, args.length === 0 ? [RealDate.now()] : args, newTarget) as Date,
    apply: () => new RealDate(RealDate.now()).toString(),
  });
  RealDate.prototype.constructor = Stepped;
  globalThis.Date = Stepped;
}

export function setClock(aheadMs: number): void {
  offsetMs = aheadMs;
}
