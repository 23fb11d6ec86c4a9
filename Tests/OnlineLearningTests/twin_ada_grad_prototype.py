"""The prototype of twin_ada_grad, by which its constants were chosen: a second, independent implementation that
linear_reference.py runs for the tests. Huber's threshold is in the labels' unit, as in Headrace."""
import math
ETA=(0.5,5.0)      # the two step sizes
KAPPA=4.0          # first steps of a weight are damped: sqrt(G + KAPPA*(u*x)^2)
ALPHA=5e-4         # fixed share
CLIP=5.0           # residual clip, in running standard deviations of the labels (regression)
PRIOR=0.5          # KT prior of class frequencies
BIG=1e75
INTERCEPT='\0intercept'
def clean(x):
    """absent if missing/NaN/inf; clamp magnitudes; zero has no effect"""
    out=[(INTERCEPT,1.0)]
    for i,v in x.items():
        if v is not None and math.isfinite(v) and v!=0: out.append((i,max(-BIG,min(BIG,v))))
    return out
class Shares:
    """posterior weights of [baseline, slow, fast]: Bayes update, then fixed share"""
    def __init__(s): s.pi=[1/3,1/3,1/3]
    def update(s,l):                                   # l: losses in nats
        m=min(l); v=[p*math.exp(m-a) for p,a in zip(s.pi,l)]; z=v[0]+v[1]+v[2]
        s.pi=[(1-ALPHA)*a/z+ALPHA/3 for a in v]
class Weights:
    """per feature: w1, w2, G"""
    def __init__(s): s.t={}
    def dot(s,xs):
        a=b=0.0
        for i,v in xs:
            w=s.t.get(i)
            if w: a+=w[0]*v; b+=w[1]*v
        return (a if math.isfinite(a) else 0.0, b if math.isfinite(b) else 0.0)
    def step(s,xs,g,u,pi,prox):
        """g: loss gradients wrt the two margins; u: unit of the margin; prox(k,g,S)->damped gradient"""
        g2=(pi[1]*g[0]*g[0]+pi[2]*g[1]*g[1])/(pi[1]+pi[2])
        S=0.0; r=[]
        for i,v in xs:
            w=s.t.get(i)
            if w is None: w=s.t[i]=[0.0,0.0,0.0]
            w[2]+=g2*v*v
            d=w[2]+KAPPA*(u*v)*(u*v)
            rate=u/math.sqrt(d) if d>0 else 0.0
            r.append((w,rate*v)); S+=rate*v*v
        d0=ETA[0]*prox(0,g[0],ETA[0]*S); d1=ETA[1]*prox(1,g[1],ETA[1]*S)
        for w,rv in r: w[0]-=d0*rv; w[1]-=d1*rv
class Regression:
    def __init__(s,loss='squared',delta=1.0,temp=0.5):
        s.n=0; s.mu=0.0; s.m2=0.0; s.lo=s.hi=0.0; s.V=0.0; s.W=Weights(); s.sh=Shares()
        s.loss=loss; s.delta=delta; s.temp=temp
    def _preds(s,xs):
        m=s.W.dot(xs); c=lambda v:min(max(v,s.lo),s.hi)
        return [s.mu,c(s.mu+m[0]),c(s.mu+m[1])],m
    def predict(s,x):
        if s.n==0: return 0.0
        p,_=s._preds(clean(x)); return sum(a*b for a,b in zip(s.sh.pi,p))
    def _ell(s,r,sd):
        if s.loss=='squared': return .5*r*r
        a=abs(r)
        if s.loss=='absolute': return a
        d=s.delta; return .5*a*a if a<=d else d*(a-.5*d)
    def learn(s,x,y):
        if not math.isfinite(y): return
        y=max(-BIG,min(BIG,y)); xs=clean(x); pi=s.sh.pi; sd0=math.sqrt(s.m2/s.n) if s.n else 0.0
        p,m=s._preds(xs); mu=s.mu
        s.n+=1
        if s.n==1: s.lo=s.hi=y
        else: s.lo=min(s.lo,y); s.hi=max(s.hi,y)
        s.mu+=(y-mu)/s.n; s.m2+=(y-mu)*(y-s.mu)
        sd=math.sqrt(s.m2/s.n)
        if s.n==1 or not sd>0: return
        l=[s._ell(q-y,sd) for q in p]
        s.V+=(l[0]-s.V)/(s.n-1)
        if s.V>0: s.sh.update([a*s.temp/s.V for a in l])
        c=CLIP*sd0 if sd0>0 else math.inf
        r=[max(-c,min(c,mu+m[k]-y)) for k in (0,1)]
        if s.loss=='squared': s.W.step(xs,r,sd,pi,lambda k,g,S:g/(1+S))
        elif s.loss=='absolute':
            g=[(v>0)-(v<0) for v in r]
            s.W.step(xs,[sd*a for a in g],sd,pi,lambda k,_,S:max(-sd,min(sd,r[k]/S)) if S>0 else 0.0)
        else:
            d=s.delta
            s.W.step(xs,[max(-d,min(d,v)) for v in r],sd,pi,lambda k,_,S:max(-d,min(d,r[k]/(1+S))))
def sigmoid(v):
    v=max(-30.0,min(30.0,v)); return 1/(1+math.exp(-v))
class Logistic:
    def __init__(s): s.n=[0,0]; s.W=Weights(); s.sh=Shares()
    def _preds(s,xs):
        p=(s.n[1]+PRIOR)/(s.n[0]+s.n[1]+2*PRIOR); o=math.log(p/(1-p)); m=s.W.dot(xs)
        return [p,sigmoid(o+m[0]),sigmoid(o+m[1])]
    def predict(s,x): return sum(a*b for a,b in zip(s.sh.pi,s._preds(clean(x))))
    def learn(s,x,y):
        y=1 if y else 0; xs=clean(x); p=s._preds(xs); pi=s.sh.pi; s.n[y]+=1
        s.sh.update([-math.log(max(1e-15,q if y else 1-q)) for q in p])
        s.W.step(xs,[p[1]-y,p[2]-y],1.0,pi,lambda k,g,S:g/(1+S*p[k+1]*(1-p[k+1])))
class Softmax:
    def __init__(s): s.n={}; s.W={}; s.sh=Shares()
    def _preds(s,xs):
        """[{class: p}] for baseline, slow, fast"""
        N=sum(s.n.values())+PRIOR*len(s.n); base={c:(v+PRIOR)/N for c,v in s.n.items()}; out=[base]
        m={c:s.W[c].dot(xs) for c in s.n}
        for k in (0,1):
            z={c:math.log(base[c])+m[c][k] for c in s.n}; t=max(z.values())
            e={c:math.exp(max(-60.0,v-t)) for c,v in z.items()}; T=sum(e.values())
            out.append({c:v/T for c,v in e.items()})
        return out
    def predict(s,x):
        if not s.n: return {}
        p=s._preds(clean(x)); return {c:sum(s.sh.pi[k]*p[k][c] for k in range(3)) for c in s.n}
    def learn(s,x,y):
        xs=clean(x); pi=s.sh.pi; new=y not in s.n
        if new: s.n[y]=1; s.W[y]=Weights()
        p=s._preds(xs)
        if not new: s.n[y]+=1; s.sh.update([-math.log(max(1e-15,q[y])) for q in p])
        for c in s.n:
            s.W[c].step(xs,[p[1][c]-(c==y),p[2][c]-(c==y)],1.0,pi,lambda k,g,S:g/(1+S*p[k+1][c]*(1-p[k+1][c])))
