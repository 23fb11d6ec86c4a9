"""The obvious server around a River model: what Headrace's is measured against. Nothing survives a restart.

    uvicorn fastapi_river:app --host 127.0.0.1 --port 8001 --no-access-log
"""
from fastapi import FastAPI, HTTPException
from pydantic import BaseModel
from river import compose, linear_model, metrics, optim, preprocessing

CATEGORIES = ("carrier", "origin", "dest", "hour", "weekday")
features = compose.Select("distance") | preprocessing.StandardScaler()
features += compose.Select(*CATEGORIES) | preprocessing.OneHotEncoder(drop_zeros=True)
model = features | linear_model.LinearRegression(optim.SGD(0.05), optim.losses.Absolute())
mae = metrics.MAE()
waiting = {}
app = FastAPI()


class Question(BaseModel):
    id: str
    features: dict[str, str | float]


class Label(BaseModel):
    id: str
    label: float


@app.post("/predict")
async def predict(question: Question):
    answer = model.predict_one(question.features)
    waiting[question.id] = (question.features, answer)
    return {"id": question.id, "prediction": answer}


@app.post("/label")
async def label(label: Label):
    if label.id not in waiting:
        raise HTTPException(404, "unknown id")
    x, answer = waiting.pop(label.id)
    mae.update(label.label, answer)
    model.learn_one(x, label.label)
    return {"id": label.id, "mae": mae.get()}
