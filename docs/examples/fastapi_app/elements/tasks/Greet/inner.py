def customFunc():
    print("good morning")
    return {"greeted": 1}
