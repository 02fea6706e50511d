import { adaptivePredictor } from '/work/main/src/prediction/adaptive/adaptive-predictor.ts';
import { ADAPTIVE_TUNABLES } from '/work/main/src/prediction/adaptive/tunables.ts';
import { traffic, disturbed } from '/work/main/test/fixtures/adaptation/traffic.ts';
import { deviceWith, personalityOf, profiled } from '/work/main/test/fixtures/adaptation/profiled.ts';
import { createRandom } from '/work/main/src/statistics/random.ts';
import { estimateIteration } from '/work/main/src/prediction/analytic/estimate.ts';
import { decodeWork, prefillWork } from '/work/main/src/prediction/analytic/work.ts';
const role = (process.argv[2] ?? 'decode') as 'decode'|'prefill';
const N = Number(process.argv[3] ?? 6);
const over = process.argv[4] ? JSON.parse(process.argv[4]) : {};
const tun = { ...ADAPTIVE_TUNABLES, ...over };
const clocks = Array.from({length: 49}, (_, i) => 690 + 15*i);
const rate = (t: number) => role === 'decode' ? 4 + 26 * (0.5 + 0.5*Math.sin(t/9000)) : 5;
const NOISE = { noisePct: 2, outlierFraction: 0.02, outlierFactor: 5 };
const med = (v: number[]) => { const s=[...v].sort((a,b)=>a-b); return s[Math.floor(s.length/2)]!; };
const fmt = (v: number[]) => `med ${med(v).toFixed(2)} max ${Math.max(...v).toFixed(2)}`;
const random500 = (seed: number) => { const r = createRandom(seed).fork('pts'); return Array.from({length:300},()=>{ const b=1+Math.floor(r.next()*250); const c=64*Math.exp(r.next()*Math.log(64)); const p = 64*Math.exp(r.next()*Math.log(128)); return role==='decode'?{load:{batch:b,tokens:b*c},clockMhz:clocks[Math.floor(r.next()*clocks.length)]!}:{load:{batch:1,tokens:p},clockMhz:clocks[Math.floor(r.next()*clocks.length)]!};});};
const work = (l:{batch:number,tokens:number}) => role==='decode'?decodeWork(l.batch,l.tokens):prefillWork([{newTokens:l.tokens,pastTokens:0}]);
function run(seed: number, truthAt: any, base: any, untilMs: number, noise = NOISE, mark?: number) {
  const a = adaptivePredictor(base, role, tun);
  const m = disturbed(createRandom(seed).fork('noise'), noise);
  const errs: {i:number,at:number,base:number,ad:number,batch:number}[] = [];
  let i = 0;
  for (const it of traffic({ role, seed, truthAt, clocksMhz: clocks, ratePerS: rate, untilMs })) {
    const b = base.predict(it.load, it.clockMhz).latencyMs, p = a.predict(it.load, it.clockMhz).latencyMs;
    errs.push({ i: i++, at: it.atMs, base: 100*Math.abs(b/it.latencyMs-1), ad: 100*Math.abs(p/it.latencyMs-1), batch: it.load.batch });
    a.observe({ load: it.load, clockMhz: it.clockMhz, latencyMs: m(it.latencyMs), atMs: it.atMs });
  }
  return { a, errs };
}
const mean = (v:number[]) => v.reduce((s,x)=>s+x,0)/v.length;
const rerr = (pred:any, dev:any, slow:number, seed:number) => mean(random500(seed).map(({load,clockMhz})=>100*Math.abs(pred.predict(load,clockMhz).latencyMs/(estimateIteration(dev,work(load),clockMhz).latencyMs*slow)-1)));
const out: Record<string, number[]> = {};
const add = (k:string,v:number)=>{(out[k]??=[]).push(v);};
const T0=performance.now(); let n=0;
for (let s=1;s<=N;s++){
  const p = personalityOf(s), dev = deviceWith(p), base = profiled(p, role, s);
  { const {a,errs}=run(s,()=>({device:dev,slowdown:1}),base,90000); n+=errs.length;
    add('none live base',mean(errs.map(e=>e.base))); add('none live adapted',mean(errs.map(e=>e.ad))); add('none live raise',mean(errs.map(e=>e.ad-e.base)));
    add('none rnd base',rerr(base,dev,1,s)); add('none rnd raise',rerr(a,dev,1,s)-rerr(base,dev,1,s)); add('none changes',a.learnt().changes); add('iters',errs.length); add('noisePct',a.learnt().noisePct);}
  { const up = s%2?1.08:1/1.08; const {a,errs}=run(s,(t:number)=>({device:dev,slowdown:t<30000?1:up}),base,60000); const k=errs.findIndex(e=>e.at>=30000);
    add('step 100..200',mean(errs.slice(k+100,k+200).map(e=>e.ad)));add('step 200..400',mean(errs.slice(k+200,k+400).map(e=>e.ad))); add('step at200(50)',mean(errs.slice(k+175,k+225).map(e=>e.ad))); add('step rnd end',rerr(a,dev,up,s)); add('step changes',a.learnt().changes);
    const {a:a2}=run(s,(t:number)=>({device:dev,slowdown:t<30000?1:up}),base,errs[k+199]!.at); add('step rnd @200', rerr(a2,dev,up,s)); }
  if(role==='decode') { const t2 = s%2?112/128:144/128; const p1={...p,tile:1}; const d1=deviceWith(p1), d2=deviceWith({...p,tile:t2}); const b1=profiled(p1,role,s);
    const {a,errs}=run(s,(t:number)=>({device:t<30000?d1:d2,slowdown:1}),b1,90000); 
    const pts = Array.from({length:61},(_,i)=>100+i).flatMap(b=>[800,1100,1400].map(c=>({load:{batch:b,tokens:b*1000},clockMhz:c})));
    const e=(pr:any)=>mean(pts.map(({load,clockMhz})=>100*Math.abs(pr.predict(load,clockMhz).latencyMs/estimateIteration(d2,work(load),clockMhz).latencyMs-1)));
    const shifted = pts.filter(({load})=>load.batch>Math.min(128,t2*128)&&load.batch<=Math.max(128,t2*128));
    const es=(pr:any)=>mean(shifted.map(({load,clockMhz})=>100*Math.abs(pr.predict(load,clockMhz).latencyMs/estimateIteration(d2,work(load),clockMhz).latencyMs-1)));
    add('tile 100-160 before',e(b1)); add('tile 100-160 after',e(a)); add('tile shifted before',es(b1)); add('tile shifted after',es(a)); add('tile rnd raise',rerr(a,d2,1,s)-rerr(b1,d2,1,s));
    add('tile live last20s', mean(errs.filter(x=>x.at>70000).map(x=>x.ad)));  add('tile live base', mean(errs.filter(x=>x.at>70000).map(x=>x.base))); add('tile changes',a.learnt().changes);}
  { const {a,errs}=run(s,()=>({device:dev,slowdown:1}),base,60000,{...NOISE,outlierFraction:.1}); add('10% outliers live raise',mean(errs.map(e=>e.ad-e.base))); const {a:c}=run(s,()=>({device:dev,slowdown:1}),base,60000,{...NOISE,outlierFraction:0});
    add('outliers moved max',Math.max(...random500(s).map(({load,clockMhz})=>100*Math.abs(a.predict(load,clockMhz).latencyMs/c.predict(load,clockMhz).latencyMs-1)))); add('outl changes',a.learnt().changes); add('clean changes',c.learnt().changes);}
  { const f=(t:number)=>({device:dev,slowdown:Math.pow(1.01,t/60000)}); const {a,errs}=run(s,f,base,240000); add('drift live adapted',mean(errs.filter(e=>e.at>60000).map(e=>e.ad))); add('drift live base',mean(errs.filter(e=>e.at>60000).map(e=>e.base))); add('drift rnd',rerr(a,dev,f(240000).slowdown,s)); add('drift rnd base',rerr(base,dev,f(240000).slowdown,s)); add('drift changes',a.learnt().changes)}
}
for (const [k,v] of Object.entries(out)) console.log(k.padEnd(26), fmt(v));
console.log(((performance.now()-T0)/1000).toFixed(1),'s');
