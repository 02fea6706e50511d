import { IterationWatch } from './src/telemetry/iterations.ts';
import { createEmulatedInstance, emulatedDevice } from './src/emulation/instance.ts';
import { estimateIteration } from './src/prediction/analytic/estimate.ts';
import { decodeWork } from './src/prediction/analytic/work.ts';
import { specOf } from './test/fixtures/devices.ts';
import { createRandom } from './src/statistics/random.ts';
const q=(v:number[],p:number)=>{const s=[...v].sort((a,b)=>a-b);return s[Math.floor(p*(s.length-1))]!;};
for (const [rate, jitter, coal] of [[2,0,0],[10,0,0],[10,2,0.1],[30,2,0.1],[10,8,0.1],[0.3,1,0]] as const) {
  const errs:number[]=[], signed:number[]=[], berr:number[]=[]; let n=0, its=0;
  for (let seed=1;seed<=4;seed++){
    const spec=specOf('decode',{seed}); const m=createEmulatedInstance(spec,0); const dev=emulatedDevice(spec); const r=createRandom(seed);
    const w=new IterationWatch(); w.clock(1410,0); let now=0, next=0, k=0; const kv=new Map<string,number>();
    const out:{id:string,at:number,end?:boolean}[]=[]; const last=new Map<string,number>();
    let clk=1410, clkAt=3000, settle=Infinity;
    const clocks:[number,number|null][]=[[0,1410]];
    while(now<30000){
      const t=Math.min(m.nextEventMs(),next,clkAt,settle);
      now=t;
      if(t===settle){clocks.push([now,clk]);settle=Infinity;}
      if(t===clkAt){clk=690+15*Math.floor(r.next()*49);m.lockClock(clk,now);clocks.push([now,null]);settle=now+100;clkAt=now+3000;}
      if(t===next){const p=Math.round(50+r.next()*1800);const id='r'+k++;kv.set(id,p);m.submit({id,room:0,promptTokens:p,maxTokens:Math.round(2+r.next()*400)},now);next=now+-Math.log(1-r.next())*1000/rate;}
      for(const e of m.advance(now)) if(e.kind==='token'||e.kind==='finished'){
        let at=e.atMs+ jitter*r.next()*(r.next()<0.1?2:1); 
        if(e.kind==='token'&&r.next()<coal) at+=15; at=Math.max(at,last.get(e.id)??0); last.set(e.id,at);
        out.push({id:e.id,at,end:e.kind==='finished'});}
    }
    const evs=[...out.map((o,i)=>({...o,i,c:undefined as any})),...clocks.map(([at,c],i)=>({id:'',at,i:-1,c,end:false}))].sort((a,b)=>a.at-b.at||a.i-b.i);
    for(const e of evs){ if(e.i===-1){w.clock(e.c,e.at);continue;} if(e.end)w.ended(e.id); else {w.tokens(e.id,1,kv.get(e.id)!,e.at);kv.set(e.id,kv.get(e.id)!+1);} }
    for(const s of w.take()){ const truth=estimateIteration(dev,decodeWork(s.batch,s.kvTokens),s.clockMhz).latencyMs; errs.push(100*Math.abs(s.latencyMs/truth-1)); signed.push(100*(s.latencyMs/truth-1)); n++; its+=s.iterations; }
  }
  console.log({rate,jitter,coal,n,its}, 'abs med',q(errs,.5).toFixed(2),'p90',q(errs,.9).toFixed(2),'p99',q(errs,.99).toFixed(2),'signed med',q(signed,.5).toFixed(2));
}
