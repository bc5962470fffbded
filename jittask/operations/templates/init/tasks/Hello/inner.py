def customFunc():
    print("hello")
    return "hello"
